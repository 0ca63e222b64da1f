import type { setupEnglish } from './setup-en.ts';
import type { Translation } from './translation.ts';

export const setupWelsh: Translation<typeof setupEnglish> = {
  'setup.name': 'Sefydlu',
  'setup.heading': 'Sefydlu’r fflyd',
  'setup.noToken':
    'Mae angen y ddolen a argraffodd y gosodiad ar y dudalen hon. Agorwch y ddolen gyfan eto, gyda phopeth ar ôl y #.',
  'setup.explanation':
    'Dau gam: mae pob un o’r bobl gyntaf yn cofrestru allwedd mynediad, yna maent yn cymeradwyo pwy gaiff wneud beth. Nid oes dim yn gweithio cyn gwneud y ddau.',
  'setup.people': '1. Pobl',
  'setup.peopleExplanation':
    'Mae pob person yn cofrestru ei allwedd mynediad ei hun: allwedd ddiogelwch neu ffôn, wedi’i ddiogelu â PIN, ôl bys neu wyneb.',
  'setup.person': 'Enw',
  'setup.role': 'Rôl',
  'setup.passkey': 'Allwedd mynediad',
  'setup.register': 'Cofrestru allwedd mynediad',
  'setup.registering': 'Wrthi’n cofrestru…',
  'setup.for': 'ar gyfer {name}',
  'setup.registered': 'Wedi’i chofrestru',
  'setup.registeredNow': 'Mae allwedd mynediad {name} wedi’i chofrestru.',
  'setup.documents': '2. Dogfennau i’w cymeradwyo',
  'setup.documentsLater': 'Bydd y dogfennau’n ymddangos yma pan fydd pawb wedi cofrestru allwedd mynediad.',
  'setup.documentsExplanation':
    'Darllenwch bob dogfen ar y dudalen gymeradwyo, sy’n agor mewn ffenestr ar wahân, a’i chymeradwyo â’ch allwedd mynediad.',
  'setup.manifest': 'Pwy gaiff wneud beth',
  'setup.roster': 'Pobl {site}',
  'setup.needed': 'Nifer y cymeradwyaethau sydd eu hangen',
  'setup.approvedBy': 'Cymeradwywyd gan',
  'setup.nobodyYet': 'Neb eto',
  'setup.approved': 'Wedi’i chymeradwyo',
  'setup.approvedNow': 'Cafwyd cymeradwyaeth: {title}',
  'setup.approve': 'Cymeradwyo',
  'setup.approveAsTrustee': 'Cymeradwyo fel ymddiriedolwr',
  'setup.approveAsManager': 'Cymeradwyo fel rheolwr',
  'setup.finished': 'Mae’r fflyd wedi’i sefydlu',
  'setup.finishedWords': 'Mae’r dudalen hon wedi gwneud ei gwaith. Nid yw ei dolen yn agor dim mwyach.',
  'setup.consoles': 'Ble i fynd nesaf',
  'setup.keyFor': 'mae staff gofal iechyd yn trefnu ymgynghoriadau ac yn agor gliniaduron',
  'setup.clinicFor': 'mae ymgynghorwyr yn gweld eu cleifion',
  'setup.fleetFor': 'mae TG yn cofrestru gliniaduron ac yn eu goruchwylio',
  'setup.trustFor': 'mae ymddiriedolwyr a rheolwyr yn penderfynu pwy gaiff wneud beth',
};
