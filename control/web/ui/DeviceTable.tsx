import type { ReactNode } from 'react';
import { Table } from 'nhsuk-react-components';
import type { ConsoleDevice } from '@sallyport/protocol';
import { CheckTag } from './CheckTag.tsx';
import { CustodyNote } from './CustodyNote.tsx';
import { DeviceNotices } from './DeviceNotices.tsx';
import { DeviceConnection, DeviceStateTag } from './DeviceState.tsx';
import { useSpeech } from './Language.tsx';
import type { PlainKey } from './messages/catalogue.ts';

interface Column {
  heading: PlainKey;
  cell: (device: ConsoleDevice) => ReactNode;
}

interface DeviceTableProps {
  devices: readonly ConsoleDevice[];
  /** How a laptop is named, where it is more than its name. */
  name?: Column['cell'];
  withSite?: boolean;
  /** What can be done with a laptop, in a column of its own. */
  actions?: Column['cell'];
}

const siteColumn: Column = { heading: 'fleet.site', cell: (device) => device.site.name };

const liveColumns: readonly Column[] = [
  { heading: 'custody.where', cell: (device) => <CustodyNote device={device} /> },
  { heading: 'appointment.state', cell: (device) => <DeviceStateTag device={device} /> },
  {
    heading: 'fleet.connection',
    cell: (device) => (
      <>
        <DeviceConnection device={device} />
        <DeviceNotices device={device} />
      </>
    ),
  },
  { heading: 'check.name', cell: (device) => <CheckTag check={device.check} /> },
];

/** Laptops with their live state. */
export function DeviceTable({ devices, name, withSite = false, actions }: DeviceTableProps): ReactNode {
  const { t } = useSpeech();
  const columns: readonly Column[] = [
    { heading: 'appointment.laptop', cell: name ?? ((device) => device.name) },
    ...(withSite ? [siteColumn] : []),
    ...liveColumns,
    ...(actions === undefined ? [] : [{ heading: 'key.actions', cell: actions } as const]),
  ];
  return (
    <Table responsive firstCellIsHeader>
      <Table.Head>
        <Table.Row>
          {columns.map(({ heading }) => (
            <Table.Cell key={heading}>{t(heading)}</Table.Cell>
          ))}
        </Table.Row>
      </Table.Head>
      <Table.Body>
        {devices.map((device) => (
          <Table.Row key={device.id} data-testid="device" data-device={device.name}>
            {columns.map(({ heading, cell }) => (
              <Table.Cell key={heading}>{cell(device)}</Table.Cell>
            ))}
          </Table.Row>
        ))}
      </Table.Body>
    </Table>
  );
}
