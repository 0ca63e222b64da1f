import type { Words } from './words.ts';

/** The approver in Welsh. */
export const welsh: Words = {
  pageName: 'Cymeradwyo',
  approve: 'Cymeradwyo â’ch allwedd mynediad',
  approving: 'Yn aros am eich allwedd mynediad…',
  decline: 'Gwrthod',
  approved: 'Cymeradwywyd. Gallwch gau’r ffenestr hon.',
  declined: 'Gwrthodwyd. Ni chymeradwywyd dim. Gallwch gau’r ffenestr hon.',
  expiresAt: (moment, left) => `Cymeradwywch cyn ${moment}${left === undefined ? '' : ` (${left} ar ôl)`}.`,
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
    secondPerson: 'Mae angen i ail berson, gwahanol, gymeradwyo rhestr o liniaduron hefyd.',
  },
  manifest: {
    title: (version) => `Pwy gaiff wneud beth (fersiwn ${version})`,
    lead: 'Mae pob gliniadur a’r gweinydd yn ufuddhau i’r union bobl a’r rheolau isod, nes cymeradwyo fersiwn newydd.',
    trustees: 'Ymddiriedolwyr',
    trusteesNote: (threshold) =>
      `Maent yn cymeradwyo fersiwn nesaf y ddogfen hon. Nifer sy’n gorfod cytuno: ${threshold}.`,
    officers: 'Swyddogion fflyd (TG)',
    officersNote:
      'Gall pob un ohonynt atal, ailddechrau neu analluogi un gliniadur ar y tro; mae angen dau ohonynt ar gyfer rhestr.',
    site: { prison: (name) => `Carchar: ${name}`, hospital: (name) => `Ysbyty: ${name}` },
    managersNote: (threshold) =>
      `Rheolwyr: maent yn cymeradwyo rhestr pobl y safle hwn. Nifer sy’n gorfod cytuno: ${threshold}.`,
    siteNumber: (id) => `Rhif y safle ${id}`,
    rules: 'Rheolau',
    policy: (policy) => [
      `Mae gliniadur agored yn cloi ei hun ar ôl ${policy.activationMinutes} munud fan bellaf.`,
      `Rhaid defnyddio’r gymeradwyaeth i agor gliniadur o fewn ${policy.grantMinutes} munud.`,
      `Mae gliniadur agored nad oes neb yn ei gyffwrdd yn cloi ei hun ar ôl ${policy.idleMinutes} munud y tu allan i ystafell.`,
      `Mae gliniadur sydd allan o gysylltiad am ${policy.suspendAfterHours} awr yn atal ei hun.`,
      `Mae gliniadur sydd allan o gysylltiad am ${policy.eraseAfterHours} awr yn dileu ei hun am byth.`,
      `Rhoddir cymeradwyaethau yn ${policy.approverOrigin} yn unig.`,
      `Mae allweddi mynediad yn perthyn i ${policy.rpId}.`,
    ],
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
  person: (name, passkeys) => (passkeys === 1 ? name : `${name} (${passkeys} allwedd mynediad)`),
};
