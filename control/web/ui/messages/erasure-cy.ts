import type { erasureEnglish } from './erasure-en.ts';
import type { Translation } from './translation.ts';

export const erasureWelsh: Translation<typeof erasureEnglish> = {
  'order.state.accepted': 'Wedi’i dderbyn',
  'order.state.keys-destroyed': 'Allweddi wedi’u dinistrio',
  'order.state.erased': 'Wedi’i ddileu',
  'order.state.attested': 'Wedi’i ardystio',
  'order.done': 'Wedi’i wneud',
  'orders.alarmed': 'Angen sylw ({count})',
  'orders.alarm.one': 'Mae angen sylw ar 1 gorchymyn',
  'orders.alarm.many': 'Mae angen sylw ar {count} o orchmynion',
  'erasure.name': 'Dileu',
  'erasure.details': 'Pob cam o’r dileu',
  'erasure.check':
    'Llofnododd y gliniadur bob un o’r camau hyn, a gwiriodd y gweinydd y llofnodion. Clywyd ganddo ddiwethaf: {when}. Yn ôl cloc y gliniadur y mae’r amserau.',
  'erasure.noReport': 'Mae’r gliniadur wedi dweud ei fod yn dechrau. Nid yw wedi adrodd ar yr un cam eto.',
  'erasure.software': 'Crynodeb y feddalwedd a wnaeth y dileu',
  'erasure.byLease':
    'Bu’r gliniadur allan o gysylltiad yn rhy hir a dileodd ei hun, cyn i’r gorchymyn hwn ei gyrraedd. Gwnaeth yr hyn yr oedd y gorchymyn yn ei ofyn.',
  'erasure.step.device-share': 'Ei hanner ef o’r allweddi',
  'erasure.step.record': 'Ei gofnod',
  'erasure.step.journal': 'Ei ddyddlyfr o ymgynghoriadau',
  'erasure.step.browser-profile': 'Yr hyn a storiodd ei sgrin',
  'erasure.step.logs': 'Logiau',
  'erasure.step.caches': 'Storfeydd dros dro',
  'erasure.step.crash-dumps': 'Adroddiadau methiant',
  'erasure.step.luks2': 'Allweddi’r ddisg wedi’i hamgryptio (Linux)',
  'erasure.step.bitlocker': 'Allweddi’r ddisg wedi’i hamgryptio (BitLocker)',
  'erasure.step.mdm': 'Y ddyfais gyfan, drwy reoli dyfeisiau',
  'erasure.outcome.verified': 'wedi mynd, gwiriwyd',
  'erasure.outcome.failed': 'heb weithio eto, rhoddir cynnig arall arno',
  'erasure.outcome.pending': 'heb roi cynnig arno eto',
  'alarm.heading': 'Angen sylw.',
  'alarm.refused': 'Gwrthododd {laptop} y gorchymyn hwn.',
  'alarm.silent': 'Dylai {laptop} fod wedi ateb y gorchymyn hwn erbyn hyn, ac nid yw wedi gwneud.',
  'alarm.unfinished': 'Derbyniodd {laptop} y gorchymyn a dylai fod wedi profi erbyn hyn ei fod wedi dileu ei hun.',
  'alarm.returned': 'Derbyniodd {laptop} y gorchymyn i ddinistrio ei hun, ac fe’i gwelwyd ar waith ers hynny.',
  'alarm.advice.refused.suspend':
    'Efallai ei fod yn dal i gael ei ddefnyddio. Darllenwch isod pam y gwrthododd. Rhowch y gorchymyn eto, neu analluogwch y gliniadur os na allwch gael gafael arno.',
  'alarm.advice.refused.resume':
    'Darllenwch isod pam y gwrthododd, yna rhowch y gorchymyn eto. Os yw’n parhau, cofrestrwch y gliniadur o’r newydd.',
  'alarm.advice.refused.brick':
    'Mae hanner y gweinydd o’i allwedd wedi’i ddinistrio, felly ni ellir darllen dim arno. Darllenwch isod pam y gwrthododd, yna rhowch y gorchymyn eto.',
  'alarm.advice.silent.suspend':
    'Efallai ei fod yn dal i gael ei ddefnyddio. Gofynnwch i’w safle ble mae a gofynnwch iddynt ei droi ymlaen. Os na all neb ddod o hyd iddo, analluogwch ef.',
  'alarm.advice.silent.resume':
    'Mae’n aros ar gau nes iddo ateb. Gofynnwch i’w safle ei droi ymlaen a gwirio ei rwydwaith.',
  'alarm.advice.silent.brick':
    'Mae hanner y gweinydd o’i allwedd wedi’i ddinistrio, felly ni ellir darllen dim arno. Ceisiwch ddod o hyd iddo. Os yw’n aros allan o gysylltiad mae’n dileu ei hun pan ddaw ei amser i ben.',
  'alarm.advice.unfinished':
    'Mae’r camau isod yn dangos beth sydd ar ôl i’w wneud. Mae’n mynd yn ei flaen ohono’i hun pryd bynnag y caiff ei droi ymlaen. Os na fydd yn gorffen, gofynnwch iddo gael ei ddwyn at TG a dinistriwch ei ddisg.',
  'alarm.advice.returned':
    'Efallai fod rhywun wedi rhoi copi ohono’n ôl. Ni all agor dim, oherwydd bod hanner y gweinydd o’i allwedd wedi’i ddinistrio. Darganfyddwch gan bwy y mae, adroddwch amdano fel digwyddiad diogelwch, ac analluogwch ef eto.',
  'device.returned':
    'Dywedodd iddo ddileu ei hun, ac fe’i gwelwyd ar waith ers hynny. Dylech ei drin fel un a gopïwyd: adroddwch amdano fel digwyddiad diogelwch, ac analluogwch ef eto.',
  'device.selfErased':
    'Bu allan o gysylltiad yn rhy hir a dileodd ei hun ({stage}). Ni fydd byth yn gweithio eto. Os deuir o hyd iddo, rhaid i TG ei gofrestru o’r newydd.',
  'device.damaged':
    'Cafodd yr hyn y mae’n ei storio ei ddifrodi, a sylwyd ar hynny ar {when}. Ni ellir ei agor. Rhaid i TG ei analluogi a’i gofrestru o’r newydd.',
};
