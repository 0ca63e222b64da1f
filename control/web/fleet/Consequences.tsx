import type { ReactNode } from 'react';
import { WarningCallout } from 'nhsuk-react-components';
import type { OrderKind } from '@sallyport/protocol';
import { useSpeech } from '../ui/Language.tsx';
import type { PlainKey } from '../ui/messages/catalogue.ts';

const consequences = {
  suspend: ['order.suspend1', 'order.suspend2', 'order.suspend3'],
  resume: ['order.resume1'],
  brick: ['order.brick1', 'order.brick2', 'order.brick3', 'order.brick4'],
} as const satisfies Record<OrderKind, readonly PlainKey[]>;

interface ConsequencesProps {
  order: OrderKind;
  /** The laptops in words. */
  laptops: string;
  /** Whether there are several. */
  isList: boolean;
}

/** What an order will do, in words, before it is given. */
export function Consequences({ order, laptops, isList }: ConsequencesProps): ReactNode {
  const { t } = useSpeech();
  return (
    <div role="status" data-testid="consequences">
      <WarningCallout>
        <WarningCallout.Heading>{t('order.consequences', { laptop: laptops })}</WarningCallout.Heading>
        <ul>
          {consequences[order].map((key) => (
            <li key={key}>{t(key)}</li>
          ))}
          {isList ? <li data-testid="two-people">{t('several.twoPeople')}</li> : null}
        </ul>
      </WarningCallout>
    </div>
  );
}
