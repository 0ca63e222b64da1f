import type { PlatformEraser } from '@sallyport/protocol';
import type { Words } from './words.ts';

/** The approver in Welsh. */
export const welsh: Words = {
  pageName: 'Cymeradwyo',
  approve: 'Cymeradwyo â’ch allwedd mynediad',
  approving: 'Yn aros am eich allwedd mynediad…',
  decline: 'Gwrthod',
  approved: 'Cymeradwywyd. Gallwch gau’r ffenestr hon.',
  declined: 'Gwrthodwyd. Ni chymeradwywyd dim. Gallwch gau’r ffenestr hon.',
  expiresAt: (moment, left) => `Cymeradwywch cyn ${moment} (${left} ar ôl).`,
  months: 'Ionawr Chwefror Mawrth Ebrill Mai Mehefin Gorffennaf Awst Medi Hydref Tachwedd Rhagfyr'.split(' '),
  moment: (day, time) => `${day} am ${time}`,
  expired: 'Mae’r amser i gymeradwyo hyn wedi dod i ben. Caewch y ffenestr hon a dechrau eto.',
  unknownStatement:
    'Nid yw’r dudalen hon yn deall yr hyn y gofynnwyd iddi ei ddangos, felly ni ellir ei gymeradwyo. Caewch y ffenestr hon a dywedwch wrth TG.',
  passkeyNotUsed:
    'Ni ddefnyddiwyd yr allwedd mynediad: cafodd ei chanslo, neu cymerodd ormod o amser. Rhowch gynnig arall arni, neu gwrthodwch.',
  passkeyFailed: 'Ni weithiodd yr allwedd mynediad yma. Rhowch gynnig arall arni, neu gwrthodwch a dweud wrth TG.',
  validUntil: 'Yn ddilys tan',
  from: (opens, closes) => `${opens} i ${closes}`,
  careful: (what) => `Gofal: ${what}`,
  keyCode: 'Cod allwedd',
  newKeyCode: 'Allwedd mynediad newydd, cod allwedd',
  grant: {
    title: 'Agor gliniadur',
    lead: (laptop) => `Rydych yn gadael i’r gliniadur ${laptop} gael ei agor unwaith, ar gyfer un ymgynghoriad.`,
    check: 'Gwiriwch fod sgrin y gliniadur ei hun yn dangos y cod paru hwn:',
    otherCode: 'Os yw’r gliniadur o’ch blaen yn dangos unrhyw beth arall, gwrthodwch.',
    laptop: 'Gliniadur',
    consultant: 'Ymgynghorydd',
    room: 'Gellir ymuno â’r ystafell',
    openUntil: 'Bydd y gliniadur yn cloi ei hun fan bellaf',
    shared: 'Tra bydd ar agor, gellir defnyddio ei gamera a’i feicroffon. Cadwch ef yn y golwg.',
  },
  join: {
    title: 'Ymuno ag ymgynghoriad',
    lead: (moment, laptop, prison, name) =>
      `Rydych ar fin ymuno â’r ymgynghoriad, ${moment}, gyda’r gliniadur ${laptop} yn ${prison}, fel ${name}.`,
    laptop: 'Gliniadur',
    prison: 'Carchar',
    name: 'Rydych yn ymuno fel',
    hospital: 'Ysbyty',
    shown:
      'Mae’r gliniadur yn dangos yr enw hwn oherwydd eich bod chi’n ei gymeradwyo. Os nad eich enw chi yw hwn, neu os na wnaethoch ofyn am gael ymuno, gwrthodwch.',
    ofLaptop:
      'Mae gliniadur yn llofnodi drosto’i hun wrth ymuno: ni chaiff unrhyw berson gymeradwyo hynny. Caewch y ffenestr hon a dywedwch wrth TG.',
  },
  guest: {
    title: 'Gadael gwestai i mewn',
    lead: (name, moment, laptop, prison) =>
      `Rydych ar fin gadael ${name} i mewn i’ch ymgynghoriad, ${moment}, gyda’r gliniadur ${laptop} yn ${prison}.`,
    name: 'Gwestai',
    kind: 'Maent yn dod fel',
    kinds: { interpreter: 'Cyfieithydd', clinician: 'Ail glinigydd' },
    hospital: 'Gwestai i ymgynghorydd yn',
    known:
      'Nid oes gan westai allwedd mynediad: daeth drwy ddolen a chod. Os nad ydych yn disgwyl y person hwn, gwrthodwch. Pan fydd i mewn, gwnewch yn siŵr o’r wyneb neu’r llais mai’r person iawn ydyw.',
    shown: 'Mae pawb yn yr ystafell yn gweld yr enw hwn oherwydd eich bod chi’n ei gymeradwyo.',
  },
  order: {
    title: {
      suspend: 'Atal',
      resume: 'Ailddechrau',
      brick: 'Analluogi: dinistrio am byth',
    },
    lead: {
      suspend: (laptops) =>
        laptops === 1
          ? 'Rydych yn gorchymyn i’r gliniadur hwn beidio â gweithio nes iddo gael ei ailddechrau:'
          : `Rydych yn gorchymyn i’r gliniaduron hyn (${laptops}) beidio â gweithio nes iddynt gael eu hailddechrau:`,
      resume: (laptops) =>
        laptops === 1
          ? 'Rydych yn caniatáu i’r gliniadur ataliedig hwn gael ei agor eto:'
          : `Rydych yn caniatáu i’r gliniaduron ataliedig hyn (${laptops}) gael eu hagor eto:`,
      brick: (laptops) =>
        laptops === 1
          ? 'Rydych yn gorchymyn i’r gliniadur hwn ddinistrio ei hun:'
          : `Rydych yn gorchymyn i’r gliniaduron hyn (${laptops}) ddinistrio eu hunain:`,
    },
    laptops: 'Gliniaduron',
    reason: 'Rheswm a roddwyd',
    consequences: {
      suspend: [
        'Mae ymgynghoriad sydd ar y gweill yn dod i ben ar unwaith.',
        'Ni all neb agor y gliniadur nes i swyddog fflyd ei ailddechrau.',
        'Nid oes dim arno’n cael ei ddileu.',
      ],
      resume: ['Mae’r gliniadur yn anweithredol eto: gall staff gofal iechyd ei safle ei agor â’u hallwedd mynediad.'],
      brick: [
        'Mae ymgynghoriad sydd ar y gweill yn dod i ben ar unwaith.',
        'Caiff hanner y gweinydd o allwedd y gliniadur ei ddinistrio ar unwaith, felly ni all neb byth ddarllen eto yr hyn sydd wedi’i storio arno.',
        'Mae’r gliniadur yn dileu ei hun cyn gynted ag y clyw am y gorchymyn, neu ohono’i hun pan fydd wedi bod allan o gysylltiad yn rhy hir.',
        'Ni fydd byth yn gweithio eto ac ni ellir ei gofrestru eto heb i TG ei baratoi o’r dechrau.',
        'Ni ellir dadwneud hyn.',
      ],
    },
  },
  manifest: {
    title: (version) => `Pwy gaiff wneud beth (fersiwn ${version})`,
    lead: 'Mae pob gliniadur a’r gweinydd yn ufuddhau i union bobl a rheolau’r fersiwn hon, nes cymeradwyo un newydd.',
    trustees: 'Ymddiriedolwyr',
    trusteesNote: (threshold) =>
      `Maent yn cymeradwyo fersiwn nesaf y ddogfen hon. Nifer sy’n gorfod cytuno: ${threshold}.`,
    officers: 'Swyddogion fflyd (TG)',
    officersNote:
      'Gall pob un ohonynt atal, ailddechrau neu analluogi un gliniadur ar y tro; mae angen dau ohonynt ar gyfer rhestr.',
    site: { prison: (name) => `Carchar: ${name}`, hospital: (name) => `Ysbyty: ${name}` },
    managersNote: (threshold) =>
      `Rheolwyr: maent yn cymeradwyo rhestr pobl y safle hwn. Nifer sy’n gorfod cytuno: ${threshold}.`,
    rules: 'Rheolau',
    rule: {
      rpId: (name) => `Mae allweddi mynediad yn perthyn i ${name}.`,
      approverOrigin: (origin) => `Rhoddir cymeradwyaethau yn ${origin} yn unig.`,
      approverBuild: (digest) => `Y dudalen gymeradwyo yw’r adeiladwaith â’r crynodeb ${digest}.`,
      auditKey: (digest) => `Mae’r gweinydd yn llofnodi ei gofnod â’r allwedd sydd â’r crynodeb ${digest}.`,
      authenticators: (models) =>
        models.length === 0
          ? 'Caiff allweddi mynediad newydd fod o unrhyw fodel.'
          : `Rhaid i allweddi mynediad newydd fod o’r modelau hyn: ${models.join(', ')}.`,
      activationMinutes: (minutes) => `Mae gliniadur agored yn cloi ei hun ar ôl ${minutes} munud fan bellaf.`,
      grantMinutes: (minutes) => `Rhaid defnyddio’r gymeradwyaeth i agor gliniadur o fewn ${minutes} munud.`,
      idleMinutes: (minutes) =>
        `Mae gliniadur agored nad oes neb yn ei gyffwrdd yn cloi ei hun ar ôl ${minutes} munud y tu allan i ystafell.`,
      suspendAfterHours: (hours) => `Mae gliniadur sydd allan o gysylltiad am ${hours} awr yn atal ei hun.`,
      eraseAfterHours: (hours) => `Mae gliniadur sydd allan o gysylltiad am ${hours} awr yn dileu ei hun am byth.`,
      platformErasers: (erasers) =>
        erasers.length === 0
          ? 'Mae gliniadur sy’n dileu ei hun yn dileu ei allweddi a’i ffeiliau, a dim byd oddi tanynt.'
          : `Mae gliniadur sy’n dileu ei hun hefyd yn gwneud hyn, lle bo’n berthnasol: ${erasers.map((each) => eraser[each]).join('; ')}.`,
    },
    otherApprover: (origin) =>
      `Gofal: o’r fersiwn hon ymlaen, rhoddir cymeradwyaethau yn ${origin}, nid y dudalen hon. Gwrthodwch oni bai eich bod yn disgwyl hynny.`,
    otherRelyingParty: (rpId) =>
      `Gofal: o’r fersiwn hon ymlaen, mae allweddi mynediad yn perthyn i ${rpId}, nid i’r hyn y mae’r dudalen hon yn ei ddefnyddio. Gwrthodwch oni bai eich bod yn disgwyl hynny.`,
  },
  roster: {
    title: (site, version) => `Pobl ${site} (fersiwn ${version})`,
    lead: 'Rydych yn cadarnhau bod y bobl hyn, a dim ond y rhain, yn gweithio yno: staff gofal iechyd carchar, a gaiff agor ei liniaduron, neu ymgynghorwyr ysbyty.',
    people: 'Pobl',
    nobody: 'Neb',
    note: 'Ni all unrhyw un nad yw ar y rhestr hon weithredu dros y safle mwyach.',
  },
  changes: {
    heading: (version) => `Beth sy’n newid o fersiwn ${version}`,
    first: 'Dyma’r fersiwn gyntaf. Nid yw’n dilyn yr un arall, ac mae popeth ynddi’n newydd.',
    whatIsNew: 'Beth sy’n newydd',
    saysFirst:
      'Mae’r fersiwn hon yn dweud nad yw’n dilyn yr un arall, felly dangosir popeth fel pe bai’n newydd. Os bu gan y safle restr o’r blaen, gwrthodwch a dywedwch wrth TG.',
    skipped: 'fersiwn yn y canol',
    cannotBeShown: 'ni ellir dangos beth sy’n newid',
    unknownPredecessor:
      'Ni roddwyd i’r dudalen hon y fersiwn y mae’r un hon yn ei dilyn. Dangosir popeth fel pe bai’n newydd: gwiriwch y cyfan, neu gwrthodwch a dweud wrth TG.',
    notDirectlyBefore: (before, version) =>
      `Dangosir beth sy’n newid o fersiwn ${before}, nad yw’n union cyn fersiwn ${version}. Os bu fersiwn arall mewn grym yn y cyfamser, gwrthodwch a dywedwch wrth TG.`,
    nothing: 'Dim ond rhif y fersiwn a phryd y cafodd ei hysgrifennu.',
    compareKeys:
      'Gofynnwch i berchennog pob allwedd mynediad newydd ddarllen y cod allwedd o’i sgrin ei hun. Os yw’n wahanol i’r un sydd yma, gwrthodwch.',
    managers: (site) => `Rheolwyr ${site}`,
    sites: 'Safleoedd',
    added: (name) => `Ychwanegu: ${name}`,
    removed: (name) => `Tynnu: ${name}`,
    renamed: (name) => `Enw newydd: ${name}`,
    passkeysAdded: (name) => `Ychwanegu at allweddi mynediad ${name}`,
    passkeysRemoved: (name) => `Tynnu o allweddi mynediad ${name}`,
    agreeing: (people) => `Nifer sy’n gorfod cytuno: ${people}`,
    siteAdded: { prison: (name) => `Carchar newydd: ${name}`, hospital: (name) => `Ysbyty newydd: ${name}` },
    siteRemoved: { prison: (name) => `Tynnu carchar: ${name}`, hospital: (name) => `Tynnu ysbyty: ${name}` },
    untilNow: (what) => `Hyd yn hyn: ${what}`,
  },
  others: {
    heading: 'Pwy arall sy’n gorfod cymeradwyo',
    nobody: 'Neb: mae eich cymeradwyaeth chi’n ddigon.',
    orderOfOne: 'Neb, oni bai bod gorchmynion i lawer o liniaduron o fewn awr: bryd hynny, ail swyddog gwahanol.',
    orderOfSeveral: 'Mae angen i ail berson, gwahanol, gymeradwyo rhestr o liniaduron hefyd.',
    founding: (threshold, names) =>
      `Yr ymddiriedolwyr a enwir ynddi: ${names}. Nifer sy’n gorfod cymeradwyo: ${threshold}.`,
    trusteesBefore: (version, threshold, names) =>
      `Ymddiriedolwyr fersiwn ${version}: ${names}. Nifer sy’n gorfod cymeradwyo: ${threshold}.`,
    trusteesUnknown: 'Cynifer o ymddiriedolwyr y fersiwn flaenorol ag y mae’r fersiwn honno’n ei ddweud.',
    trusteesOfThis: (threshold, names) =>
      `Ymddiriedolwyr y fersiwn hon hefyd: ${names}. Nifer sy’n gorfod cymeradwyo: ${threshold}. Mae unrhyw un sy’n ymddiriedolwr yn y ddwy yn cyfrif dros y ddwy.`,
    managers: 'Cynifer o reolwyr y safle ag y mae “Pwy gaiff wneud beth” yn ei ddweud.',
  },
  everything: (version) => `Popeth y mae fersiwn ${version} yn ei ddweud`,
  record: {
    heading: 'Rhifau ar gyfer y cofnod',
    fleet: 'Fflyd',
    issued: 'Ysgrifennwyd',
    manifest: 'Fersiwn “Pwy gaiff wneud beth”',
    follows: 'Yn dilyn y fersiwn â’r crynodeb',
    laptop: 'Gliniadur',
    laptopKey: 'Crynodeb allwedd y gliniadur',
    sequence: 'Rhif dilyniant',
    site: 'Safle',
    hospital: 'Ysbyty',
    appointment: 'Apwyntiad',
    person: 'Person',
    guest: 'Gwestai',
    joinKey: 'Crynodeb allwedd yr ymuno hwn',
  },
};

const eraser: Readonly<Record<PlatformEraser, string>> = {
  luks2: 'dileu allweddi ei ddisg wedi’i hamgryptio (Linux, LUKS2)',
  bitlocker: 'cloi ei ddisg wedi’i hamgryptio nes defnyddio allwedd adfer TG (Windows, BitLocker)',
  mdm: 'peri i reoli dyfeisiau ailosod y ddyfais gyfan (Windows, MDM)',
  'power-off': 'diffodd ei hun ar y diwedd',
};
