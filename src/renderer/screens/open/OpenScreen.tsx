import { useContext, useId } from 'react';
import type { JSX } from 'react';
import type { Screen } from '@sallyport/protocol';
import { useInvocation } from '../../bridge/invocation.ts';
import { useNow } from '../../bridge/use-now.ts';
import { LanguageContext, useMessages } from '../../messages/catalogue.ts';
import { clockTime, dayInWords, durationInWords, sameDay } from '../../messages/time.ts';
import { Button } from '../../ui/Button.tsx';
import { Icon } from '../../ui/Icon.tsx';
import { Notice } from '../../ui/Notice.tsx';
import { Page } from '../../ui/Page.tsx';
import { AppointmentPanel } from './AppointmentPanel.tsx';
import { DeviceCheckPanel } from './DeviceCheckPanel.tsx';
import { joinWindow } from './join-window.ts';
import type { JoinWindow } from './join-window.ts';
import { Upcoming } from './Upcoming.tsx';
import './open.css';

type OpenScreenData = Extract<Screen, { screen: 'open' }>;

/** Unlocked by staff: the booked consultation, whether the laptop works for it, what comes next, and the way in. */
export function OpenScreen({ screen }: { screen: OpenScreenData }): JSX.Element {
  const { open } = useMessages();
  const { appointment, device, link, notice } = screen;
  return (
    <Page name="open" device={device} link={link} chooseLanguage actions={<OpenActions screen={screen} />}>
      {notice !== null && <Notice words={open.notices[notice]} />}
      <div className="open">
        <div className="open-booked">
          <AppointmentPanel appointment={appointment} openUntil={screen.openUntil} />
          <Upcoming upcoming={screen.upcoming} most={notice === null ? 3 : 2} />
        </div>
        <DeviceCheckPanel link={link} report={screen.check.report} />
      </div>
    </Page>
  );
}

function OpenActions({ screen }: { screen: OpenScreenData }): JSX.Element {
  const messages = useMessages();
  const { open } = messages;
  const join = useInvocation('join');
  const lock = useInvocation('lock');
  const status = useId();
  const joinable = joinWindow(screen.appointment, screen.notice, screen.link, useNow());
  const words = useJoinWords(joinable, screen);
  const refusal = join.refusal ?? lock.refusal;
  const isOver = joinable.state === 'over' || joinable.state === 'too-late';
  return (
    <>
      <Button testId="lock" look={isOver ? 'main' : 'plain'} disabled={lock.busy} onPress={() => lock.run({})}>
        <Icon name="lock" />
        {lock.busy ? open.locking : open.lock}
      </Button>
      <p id={status} data-testid="join-status" data-window={joinable.state}>
        {refusal === null ? words : <span role="alert">{messages.refusals[refusal]}</span>}
      </p>
      {!isOver && (
        <Button
          testId="join"
          look="main"
          disabled={joinable.state !== 'ready' || join.busy || lock.busy}
          describedBy={status}
          onPress={() => join.run({})}
        >
          {join.busy ? open.joining : open.join}
        </Button>
      )}
    </>
  );
}

function useJoinWords(joinable: JoinWindow, screen: OpenScreenData): string {
  const messages = useMessages();
  const { open } = messages;
  const language = useContext(LanguageContext);
  const now = useNow();
  switch (joinable.state) {
    case 'ready':
      return open.ready;
    case 'too-early': {
      const { opensAt } = screen.appointment;
      const time = clockTime(opensAt, language);
      return sameDay(opensAt, now)
        ? open.tooEarly(time, durationInWords(joinable.wait, messages))
        : open.tooEarlyOtherDay(dayInWords(opensAt, language), time);
    }
    case 'too-late':
      return open.tooLate;
    case 'over':
      return open.over;
    case 'not-connected':
      return open.notConnected;
  }
}
