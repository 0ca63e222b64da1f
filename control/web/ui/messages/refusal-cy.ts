import type { refusalEnglish } from './refusal-en.ts';
import type { Translation } from './translation.ts';

export const refusalWelsh: Translation<typeof refusalEnglish> = {
  'refusal.malformed': 'Nid oedd modd darllen rhan o’r cais. Gwiriwch yr hyn a roesoch a rhowch gynnig arall arni.',
  'refusal.wrong-type': 'Cymeradwywyd math arall o ddogfen. Dechreuwch eto.',
  'refusal.wrong-fleet': 'Mae hyn yn perthyn i fflyd arall o liniaduron.',
  'refusal.wrong-device':
    'Mae’r gymeradwyaeth ar gyfer gliniadur arall. Dechreuwch eto wrth y gliniadur rydych am ei ddefnyddio.',
  'refusal.wrong-site': 'Mae hyn yn perthyn i safle arall.',
  'refusal.unknown-manifest':
    'Nid yw’r gliniadur yn gwybod am y rhestr ddiweddaraf o bobl eto. Arhoswch funud a rhowch gynnig arall arni.',
  'refusal.outdated': 'Mae’r rhestr o bobl y mae’n dibynnu arni wedi dyddio. Dywedwch wrth TG.',
  'refusal.not-yet-valid': 'Nid yw hyn yn ddilys eto. Gwiriwch fod cloc y cyfrifiadur hwn yn gywir.',
  'refusal.expired': 'Mae’r amser i’w gymeradwyo wedi dod i ben. Dechreuwch eto.',
  'refusal.replayed': 'Defnyddiwyd y gymeradwyaeth hon eisoes. Dechreuwch eto.',
  'refusal.unknown-credential':
    'Ni chaiff yr allwedd mynediad hon gymeradwyo hyn. Defnyddiwch eich allwedd mynediad eich hun.',
  'refusal.wrong-challenge': 'Cymeradwyodd yr allwedd mynediad rywbeth arall. Dechreuwch eto.',
  'refusal.wrong-origin': 'Ni roddwyd y gymeradwyaeth ar y dudalen gymeradwyo. Dechreuwch eto, a dywedwch wrth TG.',
  'refusal.wrong-relying-party':
    'Mae’r allwedd mynediad yn perthyn i wasanaeth arall. Defnyddiwch eich allwedd mynediad Sallyport.',
  'refusal.not-verified':
    'Ni wiriodd yr allwedd mynediad mai chi ydyw. Defnyddiwch eich PIN, ôl bys neu wyneb gyda hi.',
  'refusal.bad-signature':
    'Nid yw llofnod yr allwedd mynediad yn gywir. Rhowch gynnig arall arni, a dywedwch wrth TG os digwydd ddwywaith.',
  'refusal.counter-went-back':
    'Rhoddodd yr allwedd mynediad ateb hŷn nag un a roddodd o’r blaen. Efallai fod gan rywun gopi ohoni: peidiwch â’i defnyddio eto, a dywedwch wrth TG.',
  'refusal.lives-too-long': 'Byddai hyn mewn grym am fwy o amser nag a ganiateir. Dewiswch ddiwedd cynharach.',
  'refusal.too-far-ahead':
    'Mae ei rif yn rhy bell o flaen yr un diwethaf. Dechreuwch eto, a dywedwch wrth TG os digwydd ddwywaith.',
  'refusal.wrong-previous': 'Nid yw’n dilyn y fersiwn sydd mewn grym nawr. Llwythwch y dudalen a dechreuwch eto.',
  'refusal.too-few-people': 'Rhaid i berson arall gymeradwyo hyn hefyd.',
  'refusal.wrong-state': 'Ni ellir gwneud hyn nawr. Mae pethau wedi newid ers llwytho’r dudalen hon.',
  'refusal.not-found': 'Nid yw hyn yn bodoli mwyach.',
  'refusal.not-allowed': 'Nid oes gennych ganiatâd i wneud hyn.',
  'refusal.not-signed-in': 'Nid ydych wedi mewngofnodi. Mewngofnodwch a rhowch gynnig arall arni.',
  'refusal.step-up-needed': 'Dangoswch â’ch allwedd mynediad mai chi ydyw, yna rhowch gynnig arall arni.',
  'refusal.too-many': 'Gormod o gynigion. Arhoswch ychydig a rhowch gynnig arall arni.',
  'refusal.too-large': 'Mae hyn yn rhy hir. Gwnewch ef yn fyrrach a rhowch gynnig arall arni.',
  'refusal.unknown-method': 'Nid yw’r consol hwn a’r gweinydd yn cyd-fynd. Llwythwch y dudalen eto.',
  'refusal.wrong-code': 'Nid hwn yw’r cod paru ar y gliniadur. Gwiriwch sgrin y gliniadur a theipiwch y cod eto.',
  'refusal.locked-out': 'Gormod o godau paru anghywir. Nid yw’r gliniadur yn derbyn cod am sbel.',
  'refusal.not-connected': 'Nid yw’r gliniadur wedi’i gysylltu. Gwiriwch ei fod ymlaen a bod ganddo rwydwaith.',
  'refusal.timed-out': 'Ni ddaeth ateb mewn pryd. Rhowch gynnig arall arni.',
  'refusal.too-early': 'Mae’n rhy gynnar. Mae’r ystafell yn agor ychydig cyn yr apwyntiad.',
  'refusal.too-late': 'Mae’n rhy hwyr. Mae amser yr apwyntiad hwn ar ben.',
  'refusal.seat-taken': 'Mae lle eisoes wedi’i gymryd yn yr ystafell.',
  'refusal.clash': 'Mae gan y gliniadur neu’r ymgynghorydd apwyntiad eisoes bryd hynny.',
  'refusal.changed-meanwhile': 'Newidiodd rhywun arall hyn yn y cyfamser. Edrychwch arno eto, yna penderfynwch.',
  'refusal.link-void': 'Nid yw’r ddolen hon yn gweithio mwyach. Gofynnwch am ddolen newydd a chod newydd.',
  'refusal.digest-not-released': 'Mae’r gliniadur yn rhedeg fersiwn nad yw wedi’i rhyddhau. Dywedwch wrth TG.',
  'refusal.rolled-back':
    'Cafodd y gliniadur ei roi yn ôl i hen gopi ohono’i hun ac ni ellir ymddiried ynddo mwyach. Rhowch ef i TG.',
  'refusal.store-damaged':
    'Mae storfa’r gliniadur wedi’i difrodi ac ni ellir defnyddio’r gliniadur mwyach. Defnyddiwch liniadur arall, a rhowch hwn i TG.',
  'refusal.unverified': 'Nid oedd modd cadarnhau pwy yw’r person neu’r gliniadur hwn, felly ni chawsant ddod i mewn.',
  'refusal.authenticator-not-allowed':
    'Ni chaniateir y math hwn o allwedd ddiogelwch yma. Defnyddiwch un a gawsoch gan eich sefydliad, a gadewch i’r porwr ddangos ei gwneuthuriad a’i model.',
  'refusal.failed': 'Ni weithiodd. Rhowch gynnig arall arni, a dywedwch wrth TG os yw’n parhau.',
  'refusal.unreachable': 'Ni ellir cyrraedd y gweinydd. Gwiriwch eich rhwydwaith a rhowch gynnig arall arni.',
  'refusal.unreadable': 'Rhoddodd y gweinydd ateb nad yw’r consol hwn yn ei ddeall. Llwythwch y dudalen eto.',
  'refusal.not-confirmed':
    'Nid oes dim wedi’i wneud, am na wnaethoch gadarnhau â’ch allwedd mynediad. Rhowch gynnig arall arni pan fydd hi gennych.',
  'refusal.retry': 'Gallwch roi cynnig arall arni ymhen {seconds} eiliad.',
};
