import type { ReactNode } from 'react';
import { Console } from '../ui/Console.tsx';
import { useSpeech } from '../ui/Language.tsx';
import { NotFound } from '../ui/NotFound.tsx';
import { useView } from '../ui/use-view.ts';
import { AuditPage } from './AuditPage.tsx';
import { DevicePage } from './DevicePage.tsx';
import { DevicesPage } from './DevicesPage.tsx';
import { EnrolPage } from './EnrolPage.tsx';
import { OrdersPage } from './OrdersPage.tsx';
import { SeveralPage } from './SeveralPage.tsx';

/** The console of IT: they enrol laptops, watch over them, and brick lost ones. */
export function FleetConsole(): ReactNode {
  const { t } = useSpeech();
  const [view = ''] = useView();
  const navigation = () => [
    { path: '', words: t('fleet.devices'), current: view === '' || view === 'laptop' },
    { path: 'enrol', words: t('fleet.enrol'), current: view === 'enrol' },
    { path: 'orders', words: t('fleet.orders'), current: view === 'orders' || view === 'several' },
    { path: 'audit', words: t('fleet.audit'), current: view === 'audit' },
  ];
  return (
    <Console name="fleet.name" roles={['fleetOfficer']} navigation={navigation}>
      {() => <View />}
    </Console>
  );
}

function View() {
  const [view = '', device = ''] = useView();
  switch (view) {
    case '':
      return <DevicesPage />;
    case 'laptop':
      return <DevicePage key={device} id={device} />;
    case 'enrol':
      return <EnrolPage />;
    case 'orders':
      return <OrdersPage />;
    case 'several':
      return <SeveralPage />;
    case 'audit':
      return <AuditPage />;
    default:
      return <NotFound />;
  }
}
