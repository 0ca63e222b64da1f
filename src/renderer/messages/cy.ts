import type { Messages } from './en.ts';

const notOurs = 'Anfonodd y gwasanaeth gyfarwyddyd nad yw’r gliniadur hwn yn ei dderbyn. Ni wnaed dim.';

const startRefusals: Messages['refused']['reasons'] = {
  'key-store-missing': 'Nid oes gan y gliniadur le diogel i gadw ei allweddi.',
  'key-store-locked': 'Mae lle diogel allweddi’r gliniadur wedi’i gloi.',
  'key-store-plaintext': 'Nid yw lle allweddi’r gliniadur wedi’i ddiogelu.',
  'key-store-changed': 'Ni chychwynnodd y gliniadur yn ei ffordd arferol, felly mae ei allweddi’n aros dan glo.',
  'record-tampered': 'Mae rhywbeth arall wedi newid cofnod y gliniadur ei hun.',
  'record-missing': 'Nid yw cofnod y gliniadur ei hun yno.',
  'disk-fault': 'Ni all y gliniadur ddarllen ei ddisg nac ysgrifennu iddi.',
  'machine-file': 'Nid yw disgrifiad y gliniadur ohono’i hun fel y dylai fod.',
};

const enrolmentRefusals: Messages['blank']['problems'] = {
  'malformed-ticket': 'Nid yw hwn yn docyn cyflawn. Chwiliwch am nodau coll neu anghywir.',
  'not-reachable':
    'Ni all y gliniadur gyrraedd y gwasanaeth sydd ar y tocyn. Gwiriwch y rhwydwaith, yna rhowch gynnig arall arni.',
  'wrong-anchor':
    'Nid y gwasanaeth a atebodd yw’r un y gwnaed y tocyn hwn ar ei gyfer. Stopiwch, a dywedwch wrth y tîm TG.',
  'ticket-refused':
    'Gwrthodwyd y tocyn. Efallai ei fod wedi’i ddefnyddio’n barod, neu’n rhy hen. Gofynnwch am un newydd.',
  'malformed-answer': 'Rhoddodd y gwasanaeth ateb nad yw’r gliniadur yn ei ddeall. Dywedwch wrth y tîm TG.',
  'not-saved': 'Ni allai’r gliniadur gadw’r hyn sydd ei angen arno. Ni osodwyd dim. Dywedwch wrth y tîm TG.',
};

const activationEnds: Messages['inert']['notices'] = {
  locked: 'Cafodd y gliniadur ei gloi gan y staff.',
  idle: 'Cloodd y gliniadur ei hun am nad oedd neb wedi’i ddefnyddio ers tro.',
  suspend: 'Cloodd y gliniadur ei hun am iddo gael ei gau neu fynd i gysgu.',
  'link-lost': 'Cloodd y gliniadur ei hun am iddo golli ei gysylltiad.',
  over: 'Mae’r amser y cafodd ei ddatgloi ar ei gyfer ar ben.',
  ordered: 'Cafodd y gliniadur ei gloi gan y ddesg wasanaeth.',
  revoked:
    'Cloodd y gliniadur ei hun: nid yw’r sawl a’i datglôdd, neu’r meddyg ymgynghorol, ar y rhestr o’r rhai a gaiff mwyach.',
  restarted: 'Ailgychwynnwyd y gliniadur, felly cloodd ei hun.',
};

const roomEnds: Messages['open']['notices'] = {
  'consultant-ended': 'Mae’r meddyg ymgynghorol wedi dod â’r ymgynghoriad i ben.',
  'window-over': 'Mae’r amser a drefnwyd ar gyfer yr ymgynghoriad hwn ar ben.',
  left: 'Rydych wedi gadael yr ymgynghoriad.',
  'device-locked': 'Cafodd y gliniadur ei gloi.',
  'connection-lost': 'Collwyd y cysylltiad â’r ymgynghoriad. Gallwch ymuno eto.',
  server: 'Caeodd y gwasanaeth yr ymgynghoriad. Gallwch ymuno eto.',
};

const requestRefusals: Messages['refusals'] = {
  malformed: notOurs,
  'wrong-type': notOurs,
  'wrong-fleet': notOurs,
  'wrong-device': notOurs,
  'wrong-site': notOurs,
  'unknown-manifest': notOurs,
  outdated: notOurs,
  'not-yet-valid': notOurs,
  expired: notOurs,
  replayed: notOurs,
  'unknown-credential': notOurs,
  'wrong-challenge': notOurs,
  'wrong-origin': notOurs,
  'wrong-relying-party': notOurs,
  'not-verified': notOurs,
  'bad-signature': notOurs,
  'too-few-people': notOurs,
  'counter-went-back': notOurs,
  'lives-too-long': notOurs,
  'too-far-ahead': notOurs,
  'wrong-previous': notOurs,
  'store-damaged': 'Mae storfa’r gliniadur hwn wedi’i difrodi. Ni ellir ei ddefnyddio.',
  'wrong-state': 'Ni ellir gwneud hyn ar hyn o bryd.',
  'not-found': 'Nid yw’r ymgynghoriad hwn yn y dyddiadur mwyach.',
  'not-allowed': 'Ni chaniateir i’r gliniadur hwn wneud hynny.',
  'not-signed-in': 'Ni chaniateir i’r gliniadur hwn wneud hynny.',
  'step-up-needed': 'Ni chaniateir i’r gliniadur hwn wneud hynny.',
  'too-many': 'Gormod o gynigion. Arhoswch funud, yna rhowch gynnig arall arni.',
  'too-large': 'Mae hynny’n rhy hir.',
  'unknown-method': 'Ni chaniateir i’r gliniadur hwn wneud hynny.',
  'wrong-code': 'Nid hwnnw yw’r cod paru sydd ar y sgrin hon.',
  'locked-out': 'Gormod o godau anghywir. Arhoswch, yna rhowch gynnig arall arni.',
  'not-connected': 'Nid yw’r gliniadur wedi’i gysylltu. Arhoswch funud, yna rhowch gynnig arall arni.',
  'timed-out': 'Ni chafwyd ateb mewn pryd. Rhowch gynnig arall arni.',
  'too-early': 'Mae’n rhy gynnar i ymuno â’r ymgynghoriad hwn.',
  'too-late': 'Mae amser yr ymgynghoriad hwn ar ben.',
  'seat-taken': 'Mae’r gliniadur hwn eisoes mewn ymgynghoriad.',
  clash: 'Mae ymgynghoriad arall bryd hynny.',
  'digest-not-released': 'Nid yw’r feddalwedd ar y gliniadur hwn yn fersiwn a gymeradwywyd. Dywedwch wrth y tîm TG.',
  'rolled-back':
    'Mae’r gliniadur hwn mewn cyflwr hŷn na’r un y mae’r gwasanaeth yn ei adnabod. Dywedwch wrth y tîm TG.',
  unverified: 'Ni allai’r gwasanaeth wirio’r gliniadur hwn ar gyfer yr ymgynghoriad. Dywedwch wrth y tîm TG.',
  'authenticator-not-allowed': 'Ni chaniateir i’r gliniadur hwn wneud hynny.',
  failed: 'Ni weithiodd hynny. Rhowch gynnig arall arni. Os bydd yn digwydd eto, dywedwch wrth y tîm TG.',
};

/** Everything the screens say, in Welsh. */
export const cy: Messages = {
  product: 'Sallyport',
  language: { label: 'Iaith', en: 'English', cy: 'Cymraeg' },
  duration: {
    // Welsh counts with the singular; "munud" softens after two.
    hours: (count: number) => `${count} awr`,
    minutes: (count: number) => (count === 2 ? '2 funud' : `${count} munud`),
    seconds: (count: number) => `${count} eiliad`,
    between: ' ',
  },
  times: (from: string, to: string) => `${from} tan ${to}`,
  refusals: requestRefusals,
  link: {
    connecting: 'Wrthi’n cysylltu…',
    connected: 'Wedi cysylltu',
    refused: 'Gwrthodwyd y cysylltiad',
    unreachable: 'Heb gysylltu',
  },
  starting: {
    heading: 'Wrthi’n cychwyn',
    body: 'Mae’r gliniadur yn paratoi. Mae hyn yn cymryd ychydig eiliadau.',
  },
  refused: {
    heading: 'Ni ellir defnyddio’r gliniadur hwn',
    reasons: startRefusals,
    body: 'Ni wnaethoch chi ddim o’i le. Ffoniwch y ddesg wasanaeth TG, a darllenwch y cod hwn iddynt:',
    code: 'Cod',
  },
  blank: {
    heading: 'Gosod y gliniadur hwn',
    body: 'Gludwch neu deipiwch y tocyn cofrestru, neu dewiswch y ffeil sy’n ei gynnwys.',
    ticket: 'Tocyn cofrestru',
    hint: 'Mae’n dechrau gyda SALLYPORT. Nid yw priflythrennau, bylchau na chysylltnodau yn y cod o bwys.',
    file: 'Dewis ffeil',
    fileProblem: 'Nid tocyn yw’r ffeil hon. Dewiswch ffeil arall.',
    enrol: 'Gosod',
    busy: 'Wrthi’n gosod. Cadwch y gliniadur ymlaen.',
    problems: enrolmentRefusals,
  },
  inert: {
    heading: 'Ar glo',
    body: 'I’w ddatgloi, agorwch y consol allweddi a theipiwch y cod paru hwn. Yna defnyddiwch eich allwedd o bell.',
    code: 'Cod paru',
    changes: (duration: string) => `Cod newydd ymhen ${duration}`,
    lockedOut: 'Gormod o godau anghywir',
    lockedOutBody: 'Er diogelwch ni ddangosir cod am ychydig. Daw un newydd ohono’i hun.',
    lockedOutLeft: (duration: string) => `Cod newydd ymhen ${duration}`,
    unavailable: 'Dim cod ar hyn o bryd',
    unavailableBody: {
      connecting: 'Mae’r gliniadur wrthi’n cysylltu. Daw’r cod ohono’i hun.',
      connected: 'Daw’r cod ohono’i hun mewn eiliad.',
      refused: 'Nid yw’r gwasanaeth yn derbyn y gliniadur hwn. Ffoniwch y ddesg wasanaeth TG.',
      unreachable:
        'Ni all y gliniadur gyrraedd y gwasanaeth. Gwiriwch ei gebl rhwydwaith neu’r Wi-Fi. Mae’n dal i geisio ohono’i hun.',
    },
    notices: activationEnds,
    suspendsAt: (day: string, time: string) =>
      `Mae’r gliniadur hwn wedi bod heb gysylltiad ers amser maith. Cysylltwch ef cyn ${time} (${day}). Fel arall bydd yn ei atal ei hun, a’r tîm TG yn unig a all ddadwneud hynny.`,
  },
  appointment: {
    heading: 'Ymgynghoriad heddiw',
    headingOtherDay: 'Ymgynghoriad a drefnwyd',
    patient: 'Claf',
    consultant: 'Meddyg ymgynghorol',
    hospital: 'Ysbyty',
    time: 'Amser',
  },
  open: {
    join: 'Ymuno',
    joining: 'Wrthi’n ymuno…',
    lock: 'Cloi',
    locking: 'Wrthi’n cloi…',
    tooEarly: (time: string, duration: string) => `Gallwch ymuno am ${time}, ymhen ${duration}.`,
    tooLate: 'Mae amser yr ymgynghoriad hwn ar ben. Clowch y gliniadur.',
    notConnected: 'Gallwch ymuno pan fydd y gliniadur wedi’i gysylltu eto.',
    ready: 'Gallwch ymuno nawr.',
    openUntil: (time: string) => `Bydd y gliniadur yn cloi ei hun am ${time}.`,
    notices: roomEnds,
  },
  deviceCheck: {
    heading: 'Gwirio',
    camera: 'Camera',
    cameraChecking: 'Wrthi’n cychwyn…',
    cameraWorking: 'Yn gweithio',
    cameraProblems: {
      missing: 'Ni ddaethpwyd o hyd i gamera.',
      'in-use': 'Mae’r camera wedi’i ddiffodd, neu’n cael ei ddefnyddio gan rywbeth arall.',
      refused: 'Nid yw’r gliniadur yn caniatáu’r camera yn awr.',
      failed: 'Ni chychwynnodd y camera.',
    },
    preview: 'Llun o gamera’r gliniadur hwn',
    noPicture: 'Dim llun',
    microphone: 'Meicroffon',
    microphoneChecking: 'Wrthi’n cychwyn…',
    microphoneListening: 'Dywedwch rywbeth',
    microphoneHeard: 'Yn gweithio',
    microphoneProblems: {
      missing: 'Ni ddaethpwyd o hyd i feicroffon.',
      'in-use': 'Mae’r meicroffon wedi’i ddiffodd, neu’n cael ei ddefnyddio gan rywbeth arall.',
      refused: 'Nid yw’r gliniadur yn caniatáu’r meicroffon yn awr.',
      failed: 'Ni chychwynnodd y meicroffon.',
    },
    level: 'Lefel y sain',
    network: 'Rhwydwaith',
    networkVerdicts: {
      ready: 'Yn gweithio',
      connecting: 'Wrthi’n cysylltu…',
      'no-network': 'Dim cebl na Wi-Fi',
      'service-unreachable': 'Ni ellir cyrraedd y gwasanaeth',
      'service-refuses': 'Mae’r gwasanaeth yn gwrthod y gliniadur hwn',
      'no-video-calls': 'Nid yw galwadau fideo’n gweithio ar y gliniadur hwn',
    },
  },
  room: {
    selfView: 'Chi, fel y mae’r meddyg ymgynghorol yn eich gweld',
    remoteVideo: (name: string) => `Llun o ${name}`,
    sharedScreen: (name: string) => `Yr hyn y mae ${name} yn ei ddangos`,
    sharedFor: (patient: string) => `Claf ${patient}`,
    noRemotePicture: 'Dim llun gan y meddyg ymgynghorol',
    verifiedConsultant: (name: string, hospital: string) =>
      `${name}, meddyg ymgynghorol, ${hospital} — hunaniaeth wedi’i gwirio`,
    unverified:
      'Ceisiodd rhywun ymuno na ellid ei wirio. Nid yw’n cael ei ddangos na’i glywed. Staff: dywedwch wrth y tîm TG.',
    consultantAway: 'Nid yw’r meddyg ymgynghorol wedi’i gysylltu ar hyn o bryd. Arhoswch os gwelwch yn dda.',
    connecting: 'Wrthi’n cysylltu llun a sain…',
    reconnecting: 'Mae’r llun a’r sain wedi stopio. Wrthi’n cysylltu eto…',
    mute: 'Diffodd y meicroffon',
    unmute: 'Troi’r meicroffon ymlaen',
    muted: 'Mae eich meicroffon wedi’i ddiffodd. Ni all y meddyg ymgynghorol eich clywed.',
    leave: 'Gadael',
    leaveTitle: 'Gadael yr ymgynghoriad?',
    leaveBody: 'Ar gyfer staff gofal iechyd. Gallwch ymuno eto tra bydd yr ymgynghoriad ar agor.',
    leaveConfirm: 'Ie, gadael',
    leaving: 'Wrthi’n gadael…',
    stay: 'Aros',
  },
  waiting: {
    heading: 'Arhoswch os gwelwch yn dda',
    body: (name: string) => `Bydd ${name} yn eich gweld yn fuan.`,
    more: 'Arhoswch o flaen y gliniadur. Nid oes rhaid i chi wneud dim.',
  },
  debrief: {
    heading: 'Staff gofal iechyd yn unig',
    body: 'Rhaid i’r claf fod o’r golwg ac allan o glyw.',
  },
  ended: {
    heading: 'Mae’r ymgynghoriad wedi dod i ben',
    body: 'Mae’r camera a’r meicroffon wedi’u diffodd.',
  },
  suspended: {
    heading: 'Wedi’i atal',
    bodies: {
      order: 'Mae’r tîm TG wedi atal y gliniadur hwn. Ni ellir ei ddatgloi nes iddynt ei ganiatáu eto.',
      lease:
        'Bu’r gliniadur hwn heb gysylltiad yn rhy hir, felly ataliodd ei hun. Ni ellir ei ddatgloi nes i’r tîm TG ei ganiatáu eto.',
      damage:
        'Mae storfa’r gliniadur hwn wedi’i difrodi. Ni ellir ei ddefnyddio, ac nid oes bai arnoch chi. Ffoniwch y ddesg wasanaeth TG: byddant yn ei ddileu ac yn ei osod eto.',
    },
    erasesAt: (day: string, time: string) =>
      `Cysylltwch y gliniadur hwn cyn ${time} (${day}). Fel arall bydd yn ei ddileu ei hun.`,
    more: 'Os oes angen ymgynghoriad arnoch nawr, defnyddiwch liniadur arall neu ffoniwch y ddesg wasanaeth TG.',
  },
  wiping: { heading: 'Wrthi’n dileu', body: 'Mae’r gliniadur hwn yn cael ei ddileu. Peidiwch â’i ddiffodd.' },
  dead: {
    heading: 'Wedi’i ddileu',
    body: 'Mae’r gliniadur hwn wedi’i ddileu ac ni ellir ei ddefnyddio mwyach.',
    more: 'Rhowch ef yn ôl i’r tîm TG.',
  },
  fault: {
    heading: 'Mae’r sgrin hon wedi stopio',
    body: 'Aeth rhywbeth o’i le ar y gliniadur hwn. Mae’r camera a’r meicroffon wedi’u diffodd.',
    more: 'Os bydd yn digwydd eto, ffoniwch y ddesg wasanaeth TG.',
    again: 'Dangos y sgrin eto',
  },
};
