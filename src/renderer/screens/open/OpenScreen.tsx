import { useContext, useId } from 'react';
import type { JSX } from 'react';
import type { Screen } from '@sallyport/protocol';
import { useInvocation } from '../../bridge/invocation.ts';
import { useNow } from '../../bridge/use-now.ts';
import { LanguageContext, useMessages } from '../../messages/catalogue.ts';
import { clockTime, durationInWords } from '../../messages/time.ts';
import { Button } from '../../ui/Button.tsx';
import { Icon } from '../../ui/Icon.tsx';
import { Notice } from '../../ui/Notice.tsx';
import { Page } from '../../ui/Page.tsx';
import { AppointmentPanel } from './AppointmentPanel.tsx';
import { DeviceCheck } from './DeviceCheck.tsx';
import { joinWindow } from './join-window.ts';
import type { JoinWindow } from './join-window.ts';
import './open.css';

type OpenScreenData = Extract<Screen, { screen: 'open' }>;

/** Unlocked by staff: the booked consultation, whether camera, microphone and network work, and the way in. */
export function OpenScreen({ screen }: { screen: OpenScreenData }): JSX.Element {
  const { open } = useMessages();
  return (
    <Page name="open" device={screen.device} link={screen.link} actions={<OpenActions screen={screen} />}>
      {screen.notice !== null && <Notice words={open.notices[screen.notice]} />}
      <div className="open">
        <AppointmentPanel appointment={screen.appointment} openUntil={screen.openUntil} />
        <DeviceCheck link={screen.link} />
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
  const joinable = joinWindow(screen.appointment, screen.link, useNow());
  const words = useJoinWords(joinable, screen);
  const refusal = join.refusal ?? lock.refusal;
  return (
    <>
      <Button testId="lock" disabled={lock.busy} onPress={() => lock.run({})}>
        <Icon name="lock" />
        {lock.busy ? open.locking : open.lock}
      </Button>
      <p id={status} data-testid="join-status" data-window={joinable.state}>
        {refusal === null ? words : <span role="alert">{messages.refusals[refusal]}</span>}
      </p>
      <Button
        testId="join"
        look="main"
        disabled={joinable.state !== 'ready' || join.busy || lock.busy}
        describedBy={status}
        onPress={() => join.run({})}
      >
        {join.busy ? open.joining : open.join}
      </Button>
    </>
  );
}

function useJoinWords(joinable: JoinWindow, screen: OpenScreenData): string {
  const messages = useMessages();
  const language = useContext(LanguageContext);
  switch (joinable.state) {
    case 'ready':
      return messages.open.ready;
    case 'too-early':
      return messages.open.tooEarly(
        clockTime(screen.appointment.opensAt, language),
        durationInWords(joinable.wait, messages),
      );
    case 'too-late':
      return messages.open.tooLate;
    case 'not-connected':
      return messages.open.notConnected;
  }
}
