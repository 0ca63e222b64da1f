import type { Phase, Progress, RoomNotification, RoomRequestResult } from '@sallyport/protocol';

/** The room as the laptop last heard of it: what joining answers, kept up to date. */
export type SeatView = Omit<RoomRequestResult<'room.join'>, 'phase'> & { readonly phase: Exclude<Phase, 'ended'> };

/** What of control's word about a room's stage counts, as the laptop's state judges it. */
export interface StageRules {
  readonly mayEnter: (view: SeatView, phase: SeatView['phase']) => boolean;
  readonly progressAfter: (view: SeatView, told: Progress) => Progress;
}

/** What came of a notification: the view after it, and what the page is told of it; nothing when it is out of place. */
export interface Heard {
  readonly view: SeatView;
  readonly told: RoomNotification | undefined;
}

type OfStage = Extract<RoomNotification, { method: 'room.phase' | 'room.progress' | 'room.message' | 'room.extended' }>;

/**
 * Takes a notification of control's into the view; pure.
 * @param rules by which a stage follows another
 * @param closesBy when the room closes at the latest, by what people have approved, ms since 1970
 */
export function hear(view: SeatView, notification: RoomNotification, rules: StageRules, closesBy: number): Heard {
  if (isOfStage(notification)) return hearStage(view, notification, rules, closesBy);
  return { view: reduceSeat(view, notification), told: notification };
}

function isOfStage(notification: RoomNotification): notification is OfStage {
  return ['room.phase', 'room.progress', 'room.message', 'room.extended'].includes(notification.method);
}

function hearStage(view: SeatView, notification: OfStage, rules: StageRules, closesBy: number): Heard {
  const outOfPlace = { view, told: undefined };
  switch (notification.method) {
    case 'room.phase': {
      const { phase } = notification.params;
      if (phase === 'ended' || !rules.mayEnter(view, phase)) return outOfPlace;
      return { view: { ...view, phase }, told: notification };
    }
    case 'room.progress': {
      const progress = rules.progressAfter(view, notification.params.progress);
      return { view: { ...view, progress }, told: { method: 'room.progress', params: { progress } } };
    }
    case 'room.message':
      return view.phase === 'waiting' ? { view, told: notification } : outOfPlace;
    case 'room.extended': {
      const { closesAt } = notification.params;
      return closesAt <= closesBy ? { view: { ...view, closesAt }, told: notification } : outOfPlace;
    }
    default:
      return notification satisfies never;
  }
}

/** Brings the view up to date with who is there and what they send. */
function reduceSeat(view: SeatView, notification: Exclude<RoomNotification, OfStage>): SeatView {
  switch (notification.method) {
    case 'room.participantJoined': {
      const { participant } = notification.params;
      return { ...view, participants: [...withoutParticipant(view, participant.id), participant] };
    }
    case 'room.participantLeft': {
      const { participant } = notification.params;
      const producers = view.producers.filter((producer) => producer.participant !== participant);
      return { ...view, participants: withoutParticipant(view, participant), producers };
    }
    case 'room.producerAdded': {
      const { producer } = notification.params;
      return { ...view, producers: [...withoutProducer(view, producer.producer), producer] };
    }
    case 'room.producerPaused': {
      const { producer, paused } = notification.params;
      const producers = view.producers.map((known) => (known.producer === producer ? { ...known, paused } : known));
      return { ...view, producers };
    }
    case 'room.producerRemoved':
      return { ...view, producers: withoutProducer(view, notification.params.producer) };
    case 'room.ended':
      return view;
    default:
      return notification satisfies never;
  }
}

function withoutParticipant(view: SeatView, id: string): SeatView['participants'] {
  return view.participants.filter((participant) => participant.id !== id);
}

function withoutProducer(view: SeatView, id: string): SeatView['producers'] {
  return view.producers.filter(({ producer }) => producer !== id);
}
