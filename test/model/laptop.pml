/* One laptop d: what it keeps, what it knows while it runs, and what is promised of it at every moment. */

/* ---- A laptop: what is durable ---- */
mtype:tomb = { absent, begun, finished };
bool share[LAPTOPS], sealed_record[LAPTOPS];      /* the halves of what makes it usable */
byte manifest[LAPTOPS];                           /* version in force */
byte roster[LAPTOPS];                             /* version in force; 0: none */
byte roster_mark[LAPTOPS];                        /* how far rosters have come: outlives the roster */
byte grant_sequence_kept[LAPTOPS], order_sequence_kept[LAPTOPS];
bool order_suspends[LAPTOPS], lease_suspends[LAPTOPS], damaged_kept[LAPTOPS];
bool brick_kept[LAPTOPS];                         /* the receipt of an executed brick */
byte counted_kept[LAPTOPS];                       /* time without contact, as far as it is written down */
mtype:tomb tombstone[LAPTOPS] = absent;

/* ---- A laptop: what a power cut takes ---- */
mtype:duty = { idle, grant_verified, grant_taken, order_verified };
mtype:kind = { none, suspend, resume, brick };
mtype:seat = { free, taking, taken };
mtype:telling = { untold, told, told_before };    /* told_before: in an earlier stay, or of a code that is void */
mtype:life life[LAPTOPS] = off;
mtype:duty duty[LAPTOPS] = idle;                  /* the statement that is being dealt with, and what it says */
byte duty_person[LAPTOPS];
byte duty_sequence[LAPTOPS];
bool duty_nonce[LAPTOPS];                         /* it states the nonce that the laptop shows now */
bit duty_room[LAPTOPS];
mtype:kind duty_kind[LAPTOPS] = none;
mtype:kind answered[LAPTOPS] = none;              /* an order that is kept and answered, and still to be carried out */
byte opener[LAPTOPS];                             /* who approved the activation */
bit room[LAPTOPS];                                /* its appointment */
mtype:seat seat[LAPTOPS] = free;
bool late[LAPTOPS];                               /* a join was given up whose answer is still to come */
mtype:telling telling[LAPTOPS] = untold;          /* staff have typed the right code, and control's answer is to come */
byte counted[LAPTOPS];                            /* time without contact */
bool flushed[LAPTOPS];                            /* whether a cut would leave the tombstone there */

/* ---- What only the observer knows ---- */
bool duty_fresh[LAPTOPS];                         /* the nonce was the laptop's own, and had opened nothing */
bool nonce_spent[LAPTOPS];
byte opened[LAPTOPS], obeyed[LAPTOPS];            /* sequence numbers that have taken effect, as bits */
byte newest_roster[LAPTOPS];
byte silent[LAPTOPS];                             /* time that really passed without contact */
bool needs_officer[LAPTOPS], was_damaged[LAPTOPS];
bool brick_ordered[LAPTOPS], was_overdue[LAPTOPS], was_doomed[LAPTOPS], was_dead[LAPTOPS];
byte seats[LAPTOPS];
bool typed[LAPTOPS];                              /* the right code was typed in this stay */
byte cuts = CUTS;

#define in_debrief(state) (state == inRoom_debrief || state == inRoom_shut || state == inRoom_confirmed)
#define of_room(state) (state == inRoom_waiting || state == inRoom_prepared || state == inRoom_consult || in_debrief(state))
#define in_room of_room(life[d])
#define is_suspended (life[d] == suspended_order || life[d] == suspended_lease || life[d] == suspended_damage)
#define is_joinable (life[d] == open || life[d] == open_checking)
#define is_open (is_joinable || in_room)
/* How the lease stands. */
#define must_suspend (counted[d] < ERASE_AFTER && (counted[d] >= SUSPEND_AFTER || lease_suspends[d]))
#define is_held (counted[d] < SUSPEND_AFTER && !lease_suspends[d])
#define has_link (life[d] == inert || is_open || is_suspended)

/* By the manifest and the roster that the laptop holds. */
#define covers(person) ((people_of(d, roster[d]) & (person)) != 0 && \
  (author_of(d, roster[d]) & managers_of(d, manifest[d])) != 0)

/* Whom the code takes for staff of the laptop's site, by the roster in force. */
#define accepted(person) ((people_of(d, roster[d]) & (person)) != 0 || \
  (without(role_of_approver) && (person) == MANAGER_A) || \
  (without(site_of_approver) && (people_of(1 - d, 1) & (person)) != 0))

/* ---- The promises about what a laptop is, at every moment ---- */
inline watch() {
  NEVER(open_past_revocation, is_open && !covers(opener[d]));
  NEVER(lease_lifted_itself, needs_officer[d] && (life[d] == inert || is_open));
  NEVER(damage_lifted, was_damaged[d] && (life[d] == inert || is_open));
  NEVER(lease_forgotten, counted[d] < silent[d] && has_link);
  NEVER(wipe_undone, was_doomed[d] && !was_dead[d] && life[d] != wiping && life[d] != dead && life[d] != off);
  NEVER(back_from_dead, was_dead[d] && life[d] != dead && life[d] != off);
  NEVER(second_seat, seats[d] > 1);
  NEVER(seat_while_shut, seats[d] > 0 && !is_open);
  NEVER(staff_not_there, life[d] == inRoom_confirmed && !typed[d]);
  was_doomed[d] = was_doomed[d] || (tombstone[d] == begun && flushed[d]);
  was_dead[d] = was_dead[d] || life[d] == dead
}

/* Pairing stops, or shows another code: nobody's grant states the nonce that is shown from now on. */
inline new_nonce() {
  duty_nonce[d] = false;
  nonce_spent[d] = false
}

inline leave_seat() {
  if
  :: seat[d] == taking -> late[d] = true
  :: seat[d] == taken -> seats[d]--
  :: else
  fi;
  seat[d] = free;
  void_code()
}

/* StaffCode.stop: what control still answers to is of no question any more. */
inline void_code() {
  telling[d] = (telling[d] == told -> told_before : telling[d]);
  typed[d] = false
}

/* What follows from an event: seats are left, activations end, codes change, and the promises are looked at. */
inline follow() {
  NEVER(erased_unordered, what == erase && before != wiping && !brick_ordered[d] && silent[d] < ERASE_AFTER);
  what = nothing;
  if
  :: before != life[d] && !is_open -> leave_seat(); opener[d] = 0; room[d] = 0
  :: of_room(before) && life[d] == open && !without(seat_given_back) -> leave_seat()
  :: else
  fi;
  if
  :: (before == inert) != (life[d] == inert) && !without(nonce_used_up) -> new_nonce()
  :: else
  fi;
  watch()
}
