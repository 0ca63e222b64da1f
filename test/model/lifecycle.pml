/*
 * The lifecycle of src/main/lifecycle/lifecycle.ts: its names, and its one function from a state and an event to the next
 * state. model.test.ts compares every pair of them with the code.
 */
/* ---- The lifecycle's names, as in src/main/lifecycle/lifecycle.ts ---- */
mtype:life = {
  off, unusable,        /* not running; refused at the start: no states of the lifecycle */
  blank, inert, open, inRoom_waiting, inRoom_consult, inRoom_debrief, suspended_order, suspended_lease,
  suspended_damage, wiping, dead
};
mtype:event = {
  nothing,              /* what happened is no event of the lifecycle */
  enrolment_started, enrolment_refused, enrolled, granted, joined_waiting, joined_consult, joined_debrief,
  phase_changed_waiting, phase_changed_consult, phase_changed_debrief, room_left, deactivated, suspended_by_order,
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
  ON(open, joined_waiting, inRoom_waiting)
  ON(open, joined_consult, inRoom_consult)
  ON(open, joined_debrief, inRoom_debrief)
  ON(open, deactivated, inert)
  ON(open, suspended_by_order, suspended_order)
  ON(open, suspended_by_lease, suspended_lease)
  ON(open, suspended_by_damage, suspended_damage)
  ON(open, erase, wiping)
  ON(inRoom_waiting, phase_changed_consult, inRoom_consult)
  ON(inRoom_waiting, phase_changed_debrief, inRoom_debrief)
  ON(inRoom_waiting, room_left, open)
  ON(inRoom_waiting, deactivated, inert)
  ON(inRoom_waiting, suspended_by_order, suspended_order)
  ON(inRoom_waiting, suspended_by_lease, suspended_lease)
  ON(inRoom_waiting, suspended_by_damage, suspended_damage)
  ON(inRoom_waiting, erase, wiping)
  ON(inRoom_consult, phase_changed_debrief, inRoom_debrief)
  ON(inRoom_consult, room_left, open)
  ON(inRoom_consult, deactivated, inert)
  ON(inRoom_consult, suspended_by_order, suspended_order)
  ON(inRoom_consult, suspended_by_lease, suspended_lease)
  ON(inRoom_consult, suspended_by_damage, suspended_damage)
  ON(inRoom_consult, erase, wiping)
  ON(inRoom_debrief, room_left, open)
  ON(inRoom_debrief, deactivated, inert)
  ON(inRoom_debrief, suspended_by_order, suspended_order)
  ON(inRoom_debrief, suspended_by_lease, suspended_lease)
  ON(inRoom_debrief, suspended_by_damage, suspended_damage)
  ON(inRoom_debrief, erase, wiping)
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
