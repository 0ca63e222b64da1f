import type { ReactNode } from 'react';
import { InsetText } from 'nhsuk-react-components';
import type { ConsoleOrder, OrderAlarm, OrderKind } from '@sallyport/protocol';
import { useSpeech } from '../ui/Language.tsx';
import type { PlainKey } from '../ui/messages/catalogue.ts';

/** Why somebody must look after an order, in words, and what to do. */
export function OrderAlarmNote({ order, alarm }: { order: ConsoleOrder; alarm: OrderAlarm }): ReactNode {
  const { t } = useSpeech();
  const laptop = order.device.name;
  return (
    <InsetText className="app-trouble" data-testid="order-alarm" data-alarm={alarm}>
      <p>
        <strong>{t('alarm.heading')}</strong> {t(`alarm.${alarm}`, { laptop })}
      </p>
      <p>{t(adviceOf(alarm, order.order))}</p>
    </InsetText>
  );
}

/** What to do depends on whether the laptop is to be stopped or to be used again. */
function adviceOf(alarm: OrderAlarm, order: OrderKind): Extract<PlainKey, `alarm.advice.${string}`> {
  if (alarm === 'silent' || alarm === 'refused') return `alarm.advice.${alarm}.${order}`;
  return `alarm.advice.${alarm}`;
}
