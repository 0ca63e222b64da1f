/*
 * The lifecycle of src/main/lifecycle/lifecycle.ts: its names, and its one function from a state and an event to the next
 * state. model.test.ts compares every pair of them with the code.
 */
/* ---- The lifecycle's names, as in src/main/lifecycle/lifecycle.ts ---- */
mtype:life = {
  off, unusable,        /* not running; refused at the start: no states of the lifecycle */
  blank, inert, open, open_checking,
  inRoom_waiting, inRoom_prepared,                /* before and after consent and who is there are recorded */
  inRoom_consult,
  inRoom_debrief, inRoom_shut, inRoom_confirmed,  /* staff are asked; too many wrong codes; they have shown that they are there */
  suspended_order, suspended_lease, suspended_damage, wiping, dead
};
mtype:event = {
  nothing,              /* what happened is no event of the lifecycle */
  enrolment_started, enrolment_refused, enrolled, granted, check_started, check_ended,
  joined_waiting, joined_prepared, joined_consult, joined_debrief,
  phase_changed_waiting, phase_changed_consult, phase_changed_debrief,
  progress_changed,     /* whatever there is to say is said, true or not */
  message, extended, staff_asked, staff_locked_out, staff_confirmed, room_left, deactivated, suspended_by_order,
  suspended_by_lease, suspended_by_damage, resumed, erase, erased
};

hidden mtype:life before;

#define ON(from, event, to) :: life[d] == from && what == event -> life[d] = to;
inline next() {
  before = life[d];
  if
  :: what == nothing
  /* transitions begin */
  ON(blank, enrolment_started, blank)
  ON(blank, enrolment_refused, blank)
  ON(blank, enrolled, inert)
  ON(blank, erase, wiping)
  ON(inert, granted, open)
  ON(inert, suspended_by_order, suspended_order)
  ON(inert, suspended_by_lease, suspended_lease)
  ON(inert, suspended_by_damage, suspended_damage)
  ON(inert, erase, wiping)
  ON(open, check_started, open_checking)
  ON(open, joined_waiting, inRoom_waiting)
  ON(open, joined_prepared, inRoom_prepared)
  ON(open, joined_consult, inRoom_consult)
  ON(open, joined_debrief, inRoom_debrief)
  ON(open, deactivated, inert)
  ON(open, suspended_by_order, suspended_order)
  ON(open, suspended_by_lease, suspended_lease)
  ON(open, suspended_by_damage, suspended_damage)
  ON(open, erase, wiping)
  ON(open_checking, check_ended, open)
  ON(open_checking, joined_waiting, inRoom_waiting)
  ON(open_checking, joined_prepared, inRoom_prepared)
  ON(open_checking, joined_consult, inRoom_consult)
  ON(open_checking, joined_debrief, inRoom_debrief)
  ON(open_checking, deactivated, inert)
  ON(open_checking, suspended_by_order, suspended_order)
  ON(open_checking, suspended_by_lease, suspended_lease)
  ON(open_checking, suspended_by_damage, suspended_damage)
  ON(open_checking, erase, wiping)
  ON(inRoom_waiting, progress_changed, inRoom_prepared)
  ON(inRoom_waiting, phase_changed_debrief, inRoom_debrief)
  ON(inRoom_waiting, room_left, open)
  ON(inRoom_waiting, deactivated, inert)
  ON(inRoom_waiting, suspended_by_order, suspended_order)
  ON(inRoom_waiting, suspended_by_lease, suspended_lease)
  ON(inRoom_waiting, suspended_by_damage, suspended_damage)
  ON(inRoom_waiting, erase, wiping)
  ON(inRoom_prepared, phase_changed_consult, inRoom_consult)
  ON(inRoom_prepared, phase_changed_debrief, inRoom_debrief)
  ON(inRoom_prepared, room_left, open)
  ON(inRoom_prepared, deactivated, inert)
  ON(inRoom_prepared, suspended_by_order, suspended_order)
  ON(inRoom_prepared, suspended_by_lease, suspended_lease)
  ON(inRoom_prepared, suspended_by_damage, suspended_damage)
  ON(inRoom_prepared, erase, wiping)
  ON(inRoom_consult, phase_changed_debrief, inRoom_debrief)
  ON(inRoom_consult, room_left, open)
  ON(inRoom_consult, deactivated, inert)
  ON(inRoom_consult, suspended_by_order, suspended_order)
  ON(inRoom_consult, suspended_by_lease, suspended_lease)
  ON(inRoom_consult, suspended_by_damage, suspended_damage)
  ON(inRoom_consult, erase, wiping)
  ON(inRoom_debrief, staff_locked_out, inRoom_shut)
  ON(inRoom_debrief, staff_confirmed, inRoom_confirmed)
  ON(inRoom_debrief, room_left, open)
  ON(inRoom_debrief, deactivated, inert)
  ON(inRoom_debrief, suspended_by_order, suspended_order)
  ON(inRoom_debrief, suspended_by_lease, suspended_lease)
  ON(inRoom_debrief, suspended_by_damage, suspended_damage)
  ON(inRoom_debrief, erase, wiping)
  ON(inRoom_shut, staff_asked, inRoom_debrief)
  ON(inRoom_shut, room_left, open)
  ON(inRoom_shut, deactivated, inert)
  ON(inRoom_shut, suspended_by_order, suspended_order)
  ON(inRoom_shut, suspended_by_lease, suspended_lease)
  ON(inRoom_shut, suspended_by_damage, suspended_damage)
  ON(inRoom_shut, erase, wiping)
  ON(inRoom_confirmed, room_left, open)
  ON(inRoom_confirmed, deactivated, inert)
  ON(inRoom_confirmed, suspended_by_order, suspended_order)
  ON(inRoom_confirmed, suspended_by_lease, suspended_lease)
  ON(inRoom_confirmed, suspended_by_damage, suspended_damage)
  ON(inRoom_confirmed, erase, wiping)
  ON(suspended_order, suspended_by_order, suspended_order)
  ON(suspended_order, suspended_by_lease, suspended_order)
  ON(suspended_order, suspended_by_damage, suspended_damage)
  ON(suspended_order, resumed, inert)
  ON(suspended_order, erase, wiping)
  ON(suspended_lease, suspended_by_order, suspended_order)
  ON(suspended_lease, suspended_by_lease, suspended_lease)
  ON(suspended_lease, suspended_by_damage, suspended_damage)
  ON(suspended_lease, resumed, inert)
  ON(suspended_lease, erase, wiping)
  ON(suspended_damage, suspended_by_order, suspended_damage)
  ON(suspended_damage, resumed, suspended_damage)
  ON(suspended_damage, erase, wiping)
  ON(wiping, erased, dead)
  /* transitions end */
  :: else
  fi;
  d_step { follow() }
}
