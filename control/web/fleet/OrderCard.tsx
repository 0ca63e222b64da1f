import type { ReactNode } from 'react';
import { Details } from 'nhsuk-react-components';
import type { ConsoleOrder } from '@sallyport/protocol';
import { useSpeech } from '../ui/Language.tsx';
import { formatMoment } from '../ui/london-time.ts';
import { ErasureSteps } from './ErasureSteps.tsx';
import { OrderAlarmNote } from './OrderAlarm.tsx';
import { orderSteps, proofOf } from './order-progress.ts';
import type { OrderStep } from './order-progress.ts';

/** One order: whether somebody must look after it, how far it has come, and what the laptop has proved. */
export function OrderCard({ order, withDevice = false }: { order: ConsoleOrder; withDevice?: boolean }): ReactNode {
  const { t } = useSpeech();
  const { alarm, receipt, erasure } = order;
  return (
    <article
      className="app-card"
      data-testid="order"
      data-order={order.order}
      data-state={order.state}
      data-device={order.device.name}
    >
      <h3 className="nhsuk-heading-s">
        {t(`order.${order.order}`)}
        {withDevice ? <>: {order.device.name}</> : null}
      </h3>
      {alarm === null ? null : <OrderAlarmNote order={order} alarm={alarm} />}
      <p>{t('order.because', { reason: order.reason, names: order.approvedBy.join(', ') })}</p>
      <ol className="app-progress" aria-label={t('order.progress')}>
        {orderSteps(order).map((step) => (
          <Step key={step.name} step={step} />
        ))}
      </ol>
      {receipt === null ? <NoReceipt erasure={erasure} /> : <Receipt order={order} receipt={receipt} />}
      {erasure === null ? null : <ErasureSteps erasure={erasure} />}
    </article>
  );
}

function NoReceipt({ erasure }: Pick<ConsoleOrder, 'erasure'>) {
  const { t } = useSpeech();
  if (erasure?.cause === 'lease') return <p data-testid="self-erased">{t('erasure.byLease')}</p>;
  return <p>{t('order.noReceipt')}</p>;
}

function Step({ step: { name, done, at, current } }: { step: OrderStep }) {
  const { t, language } = useSpeech();
  return (
    <li
      className={`app-progress__step app-progress__step--${done ? 'done' : 'open'}`}
      aria-current={current ? 'step' : undefined}
      data-testid={`order-step-${name}`}
      data-done={done}
    >
      <strong>{t(`order.state.${name}`)}</strong>
      <br />
      {at === null ? t(done ? 'order.done' : 'order.notYet') : formatMoment(at, language, true)}
    </li>
  );
}

function Receipt({ order, receipt }: { order: ConsoleOrder; receipt: NonNullable<ConsoleOrder['receipt']> }) {
  const { t, language } = useSpeech();
  const { contents, signed } = receipt;
  const when = formatMoment(contents.at, language, true);
  return (
    <div data-testid="receipt">
      <p>
        <strong>{t('receipt.proves')}</strong>{' '}
        {t(proofOf(order.order, contents.outcome.result), { laptop: order.device.name, when })}
      </p>
      {contents.outcome.result === 'refused' ? (
        <p data-testid="receipt-reason">{t(`receipt.reason.${contents.outcome.reason}`)}</p>
      ) : null}
      <Details>
        <Details.Summary>{t('receipt.details')}</Details.Summary>
        <Details.Text>
          <p>{t('receipt.check')}</p>
          <dl className="app-proof">
            <dt>{t('receipt.statement')}</dt>
            <dd>{contents.statement}</dd>
            <dt>{t('receipt.sequence')}</dt>
            <dd>{contents.sequence}</dd>
            <dt>{t('receipt.bytes')}</dt>
            <dd>{signed.receipt}</dd>
            <dt>{t('receipt.signature')}</dt>
            <dd>{signed.signature}</dd>
          </dl>
        </Details.Text>
      </Details>
    </div>
  );
}
