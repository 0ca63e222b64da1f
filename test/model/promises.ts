/** A promise of the model, and how Spin is shown to notice when it is not kept. */
export interface ModelPromise {
  /** Its name in the model: of an assertion, or of an `ltl` formula. */
  readonly name: string;
  readonly words: string;
  /** Checks of the code; without each of them (or both of a pair) Spin has to find this promise broken. */
  readonly breaks: readonly (readonly string[])[];
}

/** What never happens. */
export const never: readonly ModelPromise[] = [
  {
    name: 'opened_unapproved',
    words: 'a laptop opens only by the approval of one of the staff of its site, by the trust it holds',
    breaks: [['role_of_approver'], ['site_of_approver'], ['approver_at_opening'], ['roster_under_manifest']],
  },
  {
    name: 'open_past_revocation',
    words: 'a laptop is open no longer than whoever opened it may open it',
    breaks: [['approver_while_open']],
  },
  {
    name: 'opened_stale',
    words: 'an approval opens only the laptop whose code was read off its screen, and only once',
    breaks: [['nonce'], ['nonce_used_up']],
  },
  {
    name: 'opened_past_lease',
    words: 'a laptop that was away too long opens for nobody',
    breaks: [['lease_before_requests']],
  },
  {
    name: 'grant_twice',
    words: 'no number of a grant opens twice, across power cuts',
    breaks: [['grant_sequence'], ['grant_sequence_durable']],
  },
  {
    name: 'manifest_skipped',
    words: 'a laptop never takes a manifest that skips or goes back',
    breaks: [['manifest_no_gap'], ['manifest_not_back']],
  },
  {
    name: 'manifest_forged',
    words: 'a manifest takes the trustees of the version before and its own',
    breaks: [['trustees_before'], ['trustees_after']],
  },
  {
    name: 'roster_forged',
    words: 'a roster takes a manager of that very site',
    breaks: [['site_of_roster'], ['managers_of_site']],
  },
  {
    name: 'roster_back',
    words: 'a roster never goes back, also when the one in force has fallen: who has left stays out',
    breaks: [['roster_not_back'], ['roster_mark_stays']],
  },
  {
    name: 'order_twice',
    words: 'no order takes effect twice, across power cuts',
    breaks: [['order_sequence'], ['order_kept_first']],
  },
  {
    name: 'order_unapproved',
    words: 'a laptop obeys the fleet officers of the manifest it holds and nobody else',
    breaks: [['officers_of_this_manifest']],
  },
  {
    name: 'order_for_another',
    words: 'a laptop obeys no order that names another',
    breaks: [['device_named']],
  },
  {
    name: 'list_by_one',
    words: 'the order of one officer affects the one laptop it names: a list takes two people',
    breaks: [['two_for_a_list'], ['people_not_passkeys']],
  },
  {
    name: 'erased_unordered',
    words: 'nothing erases a laptop but an officer’s order or its lease, whatever time control tells',
    breaks: [['own_clock']],
  },
  {
    name: 'lease_lifted_itself',
    words: 'what the lease has suspended only an officer’s order resumes',
    breaks: [['lease_needs_officer'], ['lease_suspension_durable'], ['suspension_before_contact']],
  },
  {
    name: 'damage_lifted',
    words: 'a laptop whose store was found damaged is never used again, whoever orders it',
    breaks: [['damage_stays'], ['damage_durable']],
  },
  {
    name: 'lease_forgotten',
    words: 'counted time is not won back by a clock set back, nor what has run out by contact',
    breaks: [['erasure_before_contact'], ['high_water']],
  },
  {
    name: 'wipe_undone',
    words: 'a wipe that has begun goes on at every start, before anything else',
    breaks: [['wipe_resumed']],
  },
  {
    name: 'back_from_dead',
    words: 'dead is for ever',
    breaks: [['tombstone_spared']],
  },
  {
    name: 'destroyed_unrecorded',
    words: 'nothing is destroyed before the tombstone would outlast a power cut',
    breaks: [['tombstone_first'], ['tombstone_flushed']],
  },
  {
    name: 'second_seat',
    words: 'a laptop never has two seats',
    breaks: [['seat_given_back', 'seat_checked']],
  },
  {
    name: 'seat_while_shut',
    words: 'a laptop that is not open has no seat',
    breaks: [['late_answer_refused']],
  },
  {
    name: 'staff_not_there',
    words: 'in a debrief a laptop is dark until the code of that very stay was typed at it, whatever control says',
    breaks: [['own_comparison'], ['code_of_stay']],
  },
  {
    name: 'false_participant',
    words: 'nobody is shown in a room but by a join for that room, of the consultant whom the grant names',
    breaks: [['room_of_join'], ['consultant_of_grant']],
  },
];

/** What always comes about in the end, when power cuts come to an end. */
export const atLast: readonly ModelPromise[] = [
  {
    name: 'brick_ends_in_dead',
    words: 'an executed brick order always ends in dead',
    breaks: [['brick_durable'], ['brick_receipt_stays'], ['order_kept_first'], ['wipe_resumed'], ['tombstone_first']],
  },
  {
    name: 'lease_ends_in_dead',
    words: 'a lease found past its end always ends in dead',
    breaks: [['erasure_noted'], ['erasure_before_contact'], ['wipe_resumed'], ['tombstone_flushed']],
  },
];
