import type { ActivationEnd, EnrolmentRefusal, LinkState } from '@sallyport/protocol';
import type { RequestRefusal, RoomEnd, StartRefusal } from '@sallyport/protocol';
import type { MediaProblem } from '../media/media-problem.ts';

// Words for every closed reason, in Welsh.

const notOurs = 'Anfonodd y gwasanaeth gyfarwyddyd nad yw’r gliniadur hwn yn ei dderbyn. Ni wnaed dim.';

export const startRefusals: Record<StartRefusal, string> = {
  'key-store-missing': 'Nid oes gan y gliniadur le diogel i gadw ei allweddi.',
  'key-store-locked': 'Mae lle diogel allweddi’r gliniadur wedi’i gloi.',
  'key-store-plaintext': 'Nid yw lle allweddi’r gliniadur wedi’i ddiogelu.',
  'key-store-changed': 'Ni chychwynnodd y gliniadur yn ei ffordd arferol, felly mae ei allweddi’n aros dan glo.',
  'record-tampered': 'Mae rhywbeth arall wedi newid cofnod y gliniadur ei hun.',
  'record-missing': 'Nid yw cofnod y gliniadur ei hun yno.',
  'disk-fault': 'Ni all y gliniadur ddarllen ei ddisg nac ysgrifennu iddi.',
  'machine-file': 'Nid yw disgrifiad y gliniadur ohono’i hun fel y dylai fod.',
};

export const enrolmentRefusals: Record<EnrolmentRefusal, string> = {
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

export const activationEnds: Record<ActivationEnd, string> = {
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

export const roomEnds: Record<RoomEnd, string> = {
  'consultant-ended': 'Mae’r meddyg ymgynghorol wedi dod â’r ymgynghoriad i ben.',
  'window-over': 'Mae amser yr ymgynghoriad hwn ar ben, felly mae wedi gorffen.',
  left: 'Rydych wedi gadael yr ymgynghoriad. Gallwch ymuno eto.',
  'device-locked': 'Cafodd y gliniadur ei gloi.',
  'connection-lost': 'Collwyd y cysylltiad â’r ymgynghoriad. Gallwch ymuno eto.',
  server: 'Caeodd y gwasanaeth yr ymgynghoriad. Gallwch ymuno eto.',
  'no-consent': 'Nid oedd y claf yn cytuno. Mae’r ymgynghoriad wedi dod i ben, a dywedwyd wrth y meddyg ymgynghorol.',
  debrief: 'Mae’r ymgynghoriad bellach i staff yn unig. Gall staff ymuno eto.',
  'declined-rebook':
    'Ni all y meddyg ymgynghorol gynnal yr ymgynghoriad hwn nawr. Trefnwch amser arall, os gwelwch yn dda.',
  'declined-not-needed': 'Mae’r meddyg ymgynghorol yn dweud nad oes angen yr ymgynghoriad hwn.',
  'declined-wrong-patient': 'Roedd y meddyg ymgynghorol yn disgwyl claf arall. Gwiriwch y trefniad, os gwelwch yn dda.',
  'declined-technical': 'Mae rhywbeth heb fod yn gweithio yn yr ysbyty. Trefnwch amser arall, os gwelwch yn dda.',
};

export const requestRefusals: Record<RequestRefusal, string> = {
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
  'changed-meanwhile': 'Mae rhywun arall wedi newid hyn yn y cyfamser. Rhowch gynnig arall arni.',
  'link-void': 'Ni ellir defnyddio’r ddolen hon mwyach.',
  'digest-not-released': 'Nid yw’r feddalwedd ar y gliniadur hwn yn fersiwn a gymeradwywyd. Dywedwch wrth y tîm TG.',
  'rolled-back':
    'Mae’r gliniadur hwn mewn cyflwr hŷn na’r un y mae’r gwasanaeth yn ei adnabod. Dywedwch wrth y tîm TG.',
  unverified: 'Ni allai’r gwasanaeth wirio’r gliniadur hwn ar gyfer yr ymgynghoriad. Dywedwch wrth y tîm TG.',
  'authenticator-not-allowed': 'Ni chaniateir i’r gliniadur hwn wneud hynny.',
  failed: 'Ni weithiodd hynny. Rhowch gynnig arall arni. Os bydd yn digwydd eto, dywedwch wrth y tîm TG.',
};

export const linkStates: Record<LinkState, string> = {
  connecting: 'Wrthi’n cysylltu…',
  connected: 'Wedi cysylltu',
  refused: 'Gwrthodwyd y cysylltiad',
  unreachable: 'Heb gysylltu',
};

export const cameraProblems: Record<MediaProblem, string> = {
  missing: 'Ni ddaethpwyd o hyd i gamera.',
  'in-use': 'Mae’r camera wedi’i ddiffodd, neu’n cael ei ddefnyddio gan rywbeth arall.',
  refused: 'Nid yw’r gliniadur yn caniatáu’r camera yn awr.',
  failed: 'Ni chychwynnodd y camera.',
};

export const microphoneProblems: Record<MediaProblem, string> = {
  missing: 'Ni ddaethpwyd o hyd i feicroffon.',
  'in-use': 'Mae’r meicroffon wedi’i ddiffodd, neu’n cael ei ddefnyddio gan rywbeth arall.',
  refused: 'Nid yw’r gliniadur yn caniatáu’r meicroffon yn awr.',
  failed: 'Ni chychwynnodd y meicroffon.',
};
