import type { ReactNode } from 'react';
import { InsetText, SummaryList } from 'nhsuk-react-components';
import type { GuestView } from '@sallyport/protocol';
import { Fact } from '../ui/Fact.tsx';
import { useSpeech } from '../ui/Language.tsx';
import { formatMoment } from '../ui/london-time.ts';
import { PageHeading } from '../ui/PageHeading.tsx';
import { TryDevices } from './TryDevices.tsx';

/** At the door: whom the guest waits for, and whether camera and microphone work. */
export function Waiting({ view, reachable }: { view: GuestView; reachable: boolean }): ReactNode {
  const { t } = useSpeech();
  const { consultant } = view.appointment;
  return (
    <div className="nhsuk-grid-row" data-testid="guest-waiting">
      <div className="nhsuk-grid-column-two-thirds">
        <PageHeading words={t('guest.waiting.heading')} />
        <p>{t('guest.waiting.words', { consultant: consultant.name })}</p>
        <div role="status">
          {reachable ? null : (
            <InsetText data-testid="guest-unreachable">
              <p>{t('guest.waiting.unreachable')}</p>
            </InsetText>
          )}
        </div>
        <Facts view={view} />
        <TryDevices />
      </div>
    </div>
  );
}

function Facts({ view: { guest, appointment } }: { view: GuestView }) {
  const { t, language } = useSpeech();
  return (
    <SummaryList>
      <Fact name={t('guest.fact.you')}>
        <bdi>{guest.name}</bdi>, {t(`guestKind.${guest.kind}`)}
      </Fact>
      <Fact name={t('guest.fact.consultant')}>
        <bdi>{appointment.consultant.name}</bdi>
      </Fact>
      <Fact name={t('guest.fact.hospital')}>{appointment.consultant.hospital}</Fact>
      <Fact name={t('guest.fact.prison')}>{appointment.prison}</Fact>
      <Fact name={t('guest.fact.time')}>{formatMoment(appointment.startsAt, language)}</Fact>
    </SummaryList>
  );
}
