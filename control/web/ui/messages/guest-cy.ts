import type { guestEnglish } from './guest-en.ts';
import type { Translation } from './translation.ts';

export const guestWelsh: Translation<typeof guestEnglish> = {
  'guest.name': 'Ymgynghoriad',
  'guest.opening': 'Un eiliad…',
  'guest.code.heading': 'Ymuno ag ymgynghoriad',
  'guest.code.explanation':
    'Daethoch yma drwy ddolen sydd i chi yn unig. Mae’n gweithio unwaith, yn y porwr hwn, gyda’r cod a ddywedwyd wrthych.',
  'guest.code.label': 'Eich cod',
  'guest.code.hint': 'Chwe llythyren a rhif, er enghraifft H4K 7PX. Dywedwyd y cod wrthych ar wahân i’r ddolen.',
  'guest.code.enter': 'Parhau',
  'guest.code.checking': 'Yn gwirio’r cod…',
  'guest.code.bad': 'Rhowch chwe llythyren a rhif eich cod',
  'guest.code.wrong': 'Nid hwn yw cod y ddolen hon. Gallwch roi cynnig arall arni {left} gwaith.',
  'guest.code.wrongLast':
    'Nid hwn yw cod y ddolen hon. Gallwch roi cynnig arall arni unwaith, yna bydd y ddolen yn peidio â gweithio.',
  'guest.code.wrongAgain':
    'Nid hwn yw cod y ddolen hon. Gofynnwch i bwy bynnag a’i rhoddodd i chi, yna rhowch gynnig arall arni.',
  'guest.noLink.heading': 'Mae angen eich dolen ar y dudalen hon',
  'guest.noLink.words':
    'Agorwch y ddolen gyfan a anfonwyd atoch unwaith eto, gyda phopeth ar ôl y #. Os nad yw hynny’n helpu, gofynnwch i bwy bynnag a’ch gwahoddodd am un newydd.',
  'guest.early.heading': 'Mae’n rhy gynnar',
  'guest.early.words': 'Mae eich dolen yn gweithio o {when} ymlaen. Nid yw wedi cael ei defnyddio.',
  'guest.early.anotherDay':
    'Mae eich dolen yn gweithio o ddeg munud cyn yr apwyntiad, sydd ar ddiwrnod arall. Nid yw wedi cael ei defnyddio: agorwch hi eto bryd hynny.',
  'guest.early.stay':
    'Gallwch adael y dudalen hon ar agor: bydd yn gofyn am eich cod eto bryd hynny. Neu agorwch y ddolen yn nes ymlaen.',
  'guest.waiting.heading': 'Arhoswch nes cewch ddod i mewn',
  'guest.waiting.words':
    'Mae {consultant} yn gwybod eich bod yma, ac yn eich gadael i mewn. Cadwch y dudalen hon ar agor: mae’n mynd ymlaen ohoni ei hun.',
  'guest.waiting.unreachable':
    'Ni ellir cyrraedd y gweinydd ar hyn o bryd. Mae’r dudalen hon yn dal i roi cynnig arni.',
  'guest.fact.you': 'Rydych yn ymuno fel',
  'guest.fact.consultant': 'Ymgynghorydd',
  'guest.fact.hospital': 'Ysbyty',
  'guest.fact.prison': 'Carchar',
  'guest.fact.time': 'Apwyntiad',
  'guest.devices.heading': 'Camera a meicroffon',
  'guest.devices.words':
    'Bydd eich porwr yn gofyn a gaiff y dudalen hon eu defnyddio. Caniatewch y ddau. Nid oes neb yn eich gweld na’ch clywed cyn i chi gael dod i mewn.',
  'guest.devices.try': 'Rhoi cynnig ar y camera a’r meicroffon',
  'guest.devices.stop': 'Eu diffodd eto',
  'guest.devices.works': 'Mae’r ddau’n gweithio. Dyma eich llun eich hun; nid oes neb arall yn ei weld.',
  'guest.entering.heading': 'Rydych wedi cael dod i mewn',
  'guest.entering.words':
    'Bydd yr ymgynghoriad yn dechrau mewn eiliad. Cadwch y dudalen hon ar agor: mae’n mynd ymlaen ohoni ei hun.',
  'guest.lost.heading': 'Collwyd y cysylltiad',
  'guest.lost.words': 'Mae’r dudalen hon yn ceisio’ch cael yn ôl i mewn. Nid oes angen i chi wneud dim.',
  'guest.room.heading': 'Rydych yn yr ymgynghoriad',
  'guest.room.waiting': 'Nid yw wedi dechrau eto. Nid oes neb yn eich gweld na’ch clywed.',
  'guest.room.consult': 'Mae’r claf a’r ymgynghorydd yn eich gweld a’ch clywed.',
  'guest.room.debrief': 'Mae’r claf wedi mynd. Rydych yn siarad â’r ymgynghorydd a’r staff gofal iechyd.',
  'guest.room.ended': 'Mae wedi dod i ben.',
  'guest.room.consultantAway': 'Nid yw’r ymgynghorydd yma am y tro. Arhoswch yma.',
  'guest.room.patientAway': 'Nid yw gliniadur y claf yma am y tro. Arhoswch yma.',
  'guest.room.controls': 'Eich camera, eich meicroffon, a’r ffordd allan',
  'guest.room.whoIsHere': 'Pwy sydd yma',
  'guest.room.consultant': '{name}, ymgynghorydd, {hospital}.',
  'guest.room.laptop': 'Y claf, wrth y gliniadur {laptop}, {prison}, a agorwyd gan {person}, gofal iechyd.',
  'guest.room.other': '{name}, {role}, a gafodd ddod i mewn gan {person}.',
  'guest.room.closesAt': 'Bydd yr ymgynghoriad yn cau ohono’i hun am {time}.',
  'guest.picture.patient': 'Claf',
  'guest.picture.ofPatient': 'Llun a sain oddi wrth y claf',
  'guest.picture.shown': 'Yr hyn y mae’r ymgynghorydd yn ei ddangos',
  'guest.picture.none': 'Dim llun',
  'guest.picture.muted': 'Meicroffon wedi’i ddiffodd',
  'guest.keptOut.unverified':
    'Ceisiodd rhywun ymuno na ellid cadarnhau pwy ydoedd. Nid ydych yn ei weld nac yn ei glywed. Dywedwch wrth yr ymgynghorydd.',
  'guest.keptOut.outdated':
    'Ni ellir cadarnhau pwy yw rhywun yn yr ymgynghoriad, oherwydd bod rhestr o bobl wedi dyddio. Nid ydych yn ei weld nac yn ei glywed. Dywedwch wrth yr ymgynghorydd.',
  'guest.distrust':
    'Ni allai’r porwr hwn gadarnhau pwy sy’n gweithio yn y carchar a’r ysbyty, felly nid yw’n dangos nac yn chwarae dim. Dywedwch wrth bwy bynnag a’ch gwahoddodd.',
  'guest.otherStatement':
    'Nid cymeradwyaeth yr ymgynghorydd ar eich cyfer chi yw’r hyn a roddodd y gweinydd, felly nid yw’r dudalen hon yn mynd i mewn gydag ef. Dywedwch wrth bwy bynnag a’ch gwahoddodd.',
  'guest.sendFailed': 'Ni ellid anfon eich llun neu’ch sain. Llwythwch y dudalen hon eto.',
  'guest.leave': 'Gadael',
  'guest.leaveQuestion': 'Gadael yr ymgynghoriad am byth? I ddod yn ôl byddai angen dolen newydd arnoch.',
  'guest.away.heading': 'Rydych allan o’r ymgynghoriad am y tro',
  'guest.away.connection-lost':
    'Collwyd y cysylltiad ac ni ellid ei wneud eto. Mae’r camera a’r meicroffon wedi’u diffodd.',
  'guest.away.server': 'Mae’r gweinydd wedi stopio am eiliad. Mae’r camera a’r meicroffon wedi’u diffodd.',
  'guest.away.device-locked': 'Cafodd gliniadur y claf ei gloi. Mae’r camera a’r meicroffon wedi’u diffodd.',
  'guest.away.elsewhere':
    'Agoroch yr ymgynghoriad mewn ffenestr arall, ac mae’n mynd ymlaen yno. Mae’r camera a’r meicroffon wedi’u diffodd yma.',
  'guest.away.back': 'Mynd yn ôl i mewn',
  'guest.away.here': 'Mynd ymlaen yn y ffenestr hon',
  'guest.trouble.heading': 'Ni allai’r dudalen hon gael gwybod sut mae pethau arnoch',
  'guest.over.heading': 'Mae’r ymgynghoriad ar ben i chi',
  'guest.over.void': 'Nid yw’r ddolen hon yn gweithio',
  'guest.over.replaced': 'Mae angen eich dolen newydd arnoch',
  'guest.over.too-late': 'Mae’n rhy hwyr',
  'guest.over.cancelled': 'Cafodd yr ymgynghoriad ei ganslo',
  'guest.over.close': 'Mae’r camera a’r meicroffon wedi’u diffodd. Gallwch gau’r dudalen hon.',
  'guest.ended.void':
    'Cafodd ei defnyddio eisoes, daeth un newydd yn ei lle, neu roedd ei chod yn anghywir yn rhy aml. Gofynnwch i bwy bynnag a’ch gwahoddodd am ddolen newydd.',
  'guest.ended.too-late': 'Mae amser yr ymgynghoriad hwn ar ben.',
  'guest.ended.cancelled':
    'Nid yw’n digwydd ar yr adeg hon. Gofynnwch i bwy bynnag a’ch gwahoddodd beth sy’n digwydd nesaf.',
  'guest.ended.replaced':
    'Rhoddwyd dolen newydd ar gyfer eich lle. Agorwch honno, neu gofynnwch i bwy bynnag a’ch gwahoddodd.',
  'guest.ended.not-let-in': 'Daeth i ben cyn i’r ymgynghorydd eich gadael i mewn.',
  'guest.ended.gone': 'Mae wedi dod i ben, neu rydych wedi ei adael.',
  'guest.ended.left': 'Rydych wedi gadael. I ddod yn ôl mae angen dolen newydd arnoch.',
  'guest.ended.consultant-ended': 'Mae’r ymgynghorydd wedi dod ag ef i ben. Diolch.',
  'guest.ended.window-over': 'Mae ei amser ar ben, felly mae wedi cau ohono’i hun. Diolch.',
  'guest.ended.debrief': 'Mae’r ymgynghorydd nawr yn siarad â’r staff gofal iechyd yn unig. Diolch.',
  'guest.ended.no-consent': 'Nid yw’r claf yn cytuno iddo, felly nid yw’n digwydd.',
  'guest.ended.declined-rebook': 'Ni all yr ymgynghorydd weld y claf nawr. Trefnir amser arall.',
  'guest.ended.declined-not-needed': 'Mae’r ymgynghorydd wedi gweld nad oes ei angen.',
  'guest.ended.declined-wrong-patient': 'Cafodd ei baratoi ar gyfer claf arall, felly nid yw’n digwydd.',
  'guest.ended.declined-technical': 'Nid oedd y llun neu’r sain yn ddigon da, felly nid yw’n digwydd.',
  'guest.ended.device-locked': 'Cafodd gliniadur y claf ei gloi.',
  'guest.ended.connection-lost': 'Collwyd y cysylltiad.',
  'guest.ended.server': 'Mae’r gweinydd wedi stopio.',

  'guests.heading': 'Gwesteion',
  'guests.waits': 'Mae {name} yn aros i gael dod i mewn.',
  'guests.letIn': 'Gadael i mewn',
  'guests.letInHint':
    'Rydych yn ei gymeradwyo â’ch allwedd mynediad. Gwnewch yn siŵr o’r wyneb neu’r llais mai’r person iawn ydyw cyn gynted ag y bydd i mewn.',
  'guests.letInNow': 'Mae {name} wedi cael dod i mewn.',
  'guests.changed': 'Mae rhywbeth am y gwestai hwn wedi newid yn y cyfamser. Pwyswch “Gadael i mewn” eto.',
  'guests.otherStatement':
    'Gofynnodd y gweinydd am gymeradwyaeth nad yw’r un ar gyfer y gwestai hwn. Ni chymeradwywyd dim. Dywedwch wrth TG.',
};
