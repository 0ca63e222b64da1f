import type { invitationEnglish } from './invitation-en.ts';
import type { Translation } from './translation.ts';

export const invitationWelsh: Translation<typeof invitationEnglish> = {
  'invitation.name': 'Gwahoddiad',
  'invitation.heading': 'Eich gwahoddiad',
  'invitation.noToken':
    'Mae angen y ddolen a anfonwyd atoch ar y dudalen hon. Agorwch y ddolen gyfan eto, gyda phopeth ar ôl y #.',
  'invitation.over':
    'Nid yw’r ddolen hon yn gweithio mwyach: cafodd ei defnyddio, ei chanslo, neu mae ei hamser ar ben. Gofynnwch i bwy bynnag a’ch gwahoddodd am un newydd.',
  'invitation.for': 'Gwahoddiad i {name}',
  'invitation.until': 'Mae’r ddolen yn gweithio tan',
  'invitation.notYou':
    'Os nad chi yw {name}, caewch y dudalen hon a dywedwch wrth bwy bynnag a anfonodd y ddolen atoch.',
  'invitation.explanation':
    'Gwnewch eich allwedd mynediad nawr, ar eich allwedd ddiogelwch neu’ch ffôn eich hun, wedi’i diogelu â PIN, ôl bys neu wyneb. Ni fydd neb byth yn gofyn i chi am ei PIN.',
  'invitation.registered': 'Mae’ch allwedd mynediad wedi’i gwneud',
  'invitation.code': 'Dyma god eich allwedd mynediad:',
  'invitation.step1':
    'Darllenwch y cod i bwy bynnag a’ch gwahoddodd: safwch wrth eu hymyl, neu ffoniwch nhw ar rif rydych yn ei adnabod.',
  'invitation.step2':
    'Maent hwythau’n gweld cod. Rhaid i’r ddau fod yr un fath. Os nad ydynt, dywedwch hynny: mae rhywun arall wedi defnyddio’ch dolen.',
  'invitation.step3': 'Byddant yn eich rhoi ar y rhestr. Pan gaiff ei chymeradwyo gallwch fewngofnodi.',
  'invitation.once':
    'Dim ond nawr y dangosir y cod. Cadwch y dudalen hon ar agor nes iddynt ei gymharu, neu argraffwch hi. Nid yw’n gyfrinach.',
  'invitation.console': 'Yn nes ymlaen byddwch yn mewngofnodi yma:',
};
