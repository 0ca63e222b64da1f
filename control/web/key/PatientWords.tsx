import type { ReactNode } from 'react';
import type { ConsoleAppointment } from '@sallyport/protocol';

/** A patient's reference and name; each keeps to its own direction of writing. */
export function PatientWords({ appointment }: { appointment: ConsoleAppointment }): ReactNode {
  return (
    <span className="app-patient">
      <strong>
        <bdi>{appointment.patientReference}</bdi>
      </strong>{' '}
      <bdi className="app-detail">{appointment.patientName}</bdi>
    </span>
  );
}
