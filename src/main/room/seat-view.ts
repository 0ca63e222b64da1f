import type { Phase, RoomNotification, RoomRequestResult } from '@sallyport/protocol';

/** The room as the laptop last heard of it: what joining answers, kept up to date. */
export type SeatView = Omit<RoomRequestResult<'room.join'>, 'phase'> & { readonly phase: Exclude<Phase, 'ended'> };

/** Brings the view up to date with a notification; pure. */
export function reduceSeat(view: SeatView, notification: RoomNotification): SeatView {
  switch (notification.method) {
    case 'room.phase': {
      const { phase } = notification.params;
      return phase === 'ended' ? view : { ...view, phase };
    }
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
