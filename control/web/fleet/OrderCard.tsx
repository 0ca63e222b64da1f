import type { ReactNode } from 'react';
import { Details } from 'nhsuk-react-components';
import type { ConsoleOrder } from '@sallyport/protocol';
import { useSpeech } from '../ui/Language.tsx';
import { formatMoment } from '../ui/london-time.ts';
import { orderSteps, proofOf } from './order-progress.ts';

/** One order: how far it has come, and what its receipt proves. */
export function OrderCard({ order, withDevice = false }: { order: ConsoleOrder; withDevice?: boolean }): ReactNode {
  const { t, language } = useSpeech();
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
      <p>{t('order.because', { reason: order.reason, names: order.approvedBy.join(', ') })}</p>
      <ol className="app-progress" aria-label={t('order.progress')}>
        {orderSteps(order).map((step) => (
          <li
            key={step.name}
            className={`app-progress__step app-progress__step--${step.at === null ? 'open' : 'done'}`}
            aria-current={step.current ? 'step' : undefined}
            data-testid={`order-step-${step.name}`}
            data-done={step.at !== null}
          >
            <strong>{t(`order.state.${step.name}`)}</strong>
            <br />
            {step.at === null ? t('order.notYet') : formatMoment(step.at, language, true)}
          </li>
        ))}
      </ol>
      {order.receipt === null ? <p>{t('order.noReceipt')}</p> : <Receipt order={order} receipt={order.receipt} />}
    </article>
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
