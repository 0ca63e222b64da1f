import { randomUUID } from 'node:crypto';
import type { Grant, GuestKind, JoinProof, Manifest, Person, Roster } from '@sallyport/protocol';
import { digestOfKey, sampleDeviceKey, sampleFleet, samplePerson } from './sample-fleet.ts';
import type { SampleFleet, SamplePerson } from './sample-fleet.ts';
import { consultantProof, deviceProof } from './sample-joins.ts';

/** An appointment as those who join its room prove it. */
export interface SampleRoom {
  appointment: string;
  laptop: SampleLaptop;
  consultant: SampleConsultant;
}

/** A laptop with a key of its own. */
export interface SampleLaptop {
  id: string;
  name: string;
  key: SampleFleet['deviceKey'];
}

/** A consultant on the roster of the hospital. */
export interface SampleConsultant {
  named: Person;
  person: SamplePerson;
}

/** A fleet with as many laptops and consultants as a test wants, and their joins. */
export class SampleRooms {
  readonly fleet: SampleFleet;
  #hospitalRoster: Roster;

  constructor(now: number) {
    this.fleet = sampleFleet(now);
    this.#hospitalRoster = { ...this.fleet.hospitalRoster, people: [] };
  }

  get manifest(): Manifest {
    return this.fleet.manifest;
  }

  /** The roster in force of a site. */
  roster(site: string): Roster | undefined {
    if (site === this.fleet.hospital) return this.#hospitalRoster;
    return site === this.fleet.prison ? this.fleet.roster : undefined;
  }

  /** Puts a consultant on the roster. */
  addConsultant(name: string): SampleConsultant {
    const person = samplePerson(name);
    this.#hospitalRoster = { ...this.#hospitalRoster, people: [...this.#hospitalRoster.people, person.named] };
    return { named: person.named, person };
  }

  /** Takes a consultant off the roster. */
  removeConsultant({ named }: SampleConsultant): void {
    const people = this.#hospitalRoster.people.filter(({ id }) => id !== named.id);
    this.#hospitalRoster = { ...this.#hospitalRoster, people };
  }

  addLaptop(name: string): SampleLaptop {
    return { id: randomUUID(), name, key: sampleDeviceKey() };
  }

  /** The consultant's proof for a room. */
  consultantJoins(room: SampleRoom, now: number, approver = room.consultant.person): JoinProof {
    return consultantProof(this.fleet, this.#join(room, now), approver);
  }

  /** A guest's proof for a room: the statement over their name and a fresh key, approved by the room's consultant. */
  guestJoins(
    room: SampleRoom,
    guest: { kind: GuestKind; id: string; name: string },
    now: number,
    approver = room.consultant.person,
  ): JoinProof {
    const { kind, id, name } = guest;
    const join = { ...this.#join(room, now), participant: { kind, id, name, site: this.#hospital } };
    return { kind: 'guest', join: this.fleet.approved(join, approver) };
  }

  /** The laptop's proof for a room: signed by a key, by the grant that names one. */
  laptopJoins(
    room: SampleRoom,
    now: number,
    { signedBy = room.laptop.key, grant = {} }: { signedBy?: SampleFleet['deviceKey']; grant?: Partial<Grant> } = {},
  ): JoinProof {
    const { id, name } = room.laptop;
    const participant = { kind: 'device', id, name, site: this.#prison } as const;
    const join = { ...this.#join(room, now), participant };
    const granted = this.fleet.grant(now, { device: this.#deviceOf(room), ...grant });
    const appointment = { ...granted.appointment, id: room.appointment, consultant: this.#consultantOf(room) };
    const approved = this.fleet.approved({ ...granted, appointment }, this.fleet.people.nurse);
    return deviceProof(join, signedBy, approved);
  }

  #join({ appointment, laptop, consultant }: SampleRoom, now: number) {
    const { id, name } = consultant.named;
    return this.fleet.join(now, appointment, {
      device: { id: laptop.id, name: laptop.name, prison: this.#prison },
      participant: { kind: 'consultant', id, name, site: this.#hospital },
    });
  }

  #deviceOf({ laptop: { id, name, key } }: SampleRoom): Grant['device'] {
    return { id, name, site: this.fleet.prison, key: digestOfKey(key.publicKey) };
  }

  #consultantOf({ consultant: { named } }: SampleRoom): Grant['appointment']['consultant'] {
    return { id: named.id, name: named.name, hospital: this.#hospital };
  }

  get #prison() {
    return { id: this.fleet.prison, name: this.fleet.roster.siteName };
  }

  get #hospital() {
    return { id: this.fleet.hospital, name: this.#hospitalRoster.siteName };
  }
}
