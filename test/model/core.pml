/* What a laptop goes on with by itself: starting, what follows a verification, the lease, the wipe. */

/* Kiosk.#initial and start: the tombstone before anything else, then the brick and the lease, then the network. */
inline start() {
  if
  :: tombstone[d] == finished -> life[d] = dead
  :: tombstone[d] == begun && !without(wipe_resumed) -> life[d] = wiping; flushed[d] = true
  :: else ->
    if
    :: !share[d] && !sealed_record[d] -> life[d] = blank
    :: share[d] != sealed_record[d] -> life[d] = unusable
    :: share[d] && sealed_record[d] -> start_enrolled()
    fi
  fi
}

inline start_enrolled() {
  if
  :: counted[d] >= SUSPEND_AFTER -> lease_suspends[d] = true; needs_officer[d] = true
  :: else
  fi;
  was_overdue[d] = was_overdue[d] || counted[d] >= ERASE_AFTER;
  if
  :: brick_kept[d] || counted[d] >= ERASE_AFTER -> life[d] = wiping
  :: else ->
    if
    :: damaged_kept[d] -> life[d] = suspended_damage
    :: !damaged_kept[d] && order_suspends[d] -> life[d] = suspended_order
    :: !damaged_kept[d] && !order_suspends[d] && lease_suspends[d] -> life[d] = suspended_lease
    :: !damaged_kept[d] && !order_suspends[d] && !lease_suspends[d] -> life[d] = inert
    fi
  fi
}

/* Trust.takeGrant after its wait, and Pairing.redeem. */
inline take_grant() {
  if
  :: duty_sequence[d] > grant_sequence_kept[d] || without(grant_sequence) ->
    grant_sequence_kept[d] = duty_sequence[d];
    if
    :: duty_nonce[d] || without(nonce) ->
      duty[d] = grant_taken;
      duty_fresh[d] = duty_nonce[d] && !nonce_spent[d];
      if
      :: without(nonce_used_up) -> nonce_spent[d] = true
      :: else -> new_nonce()
      fi
    :: else -> forget_duty()
    fi
  :: else -> forget_duty()
  fi
}

/* openGrant, once the journal is open: what happened meanwhile counts more than the grant. */
inline open_laptop() {
  if
  :: life[d] == inert && (accepted(duty_person[d]) || without(approver_at_opening)) &&
     (is_held || without(lease_before_requests)) ->
    NEVER(opened_unapproved, !covers(duty_person[d]));
    NEVER(opened_stale, !duty_fresh[d]);
    NEVER(opened_past_lease, silent[d] >= SUSPEND_AFTER);
    NEVER(grant_twice, (opened[d] & (1 << duty_sequence[d])) != 0);
    opened[d] = opened[d] | (1 << duty_sequence[d]);
    opener[d] = duty_person[d];
    room[d] = duty_room[d];
    what = granted
  :: else
  fi;
  forget_duty()
}

inline forget_duty() {
  duty[d] = idle;
  duty_person[d] = 0;
  duty_sequence[d] = 0;
  duty_nonce[d] = false;
  duty_fresh[d] = false;
  duty_room[d] = 0;
  duty_kind[d] = none
}

/* executeOrder's keep: sequence, receipt and consequence in one durable write. */
inline keep_order() {
  order_sequence_kept[d] = duty_sequence[d];
  if
  :: duty_kind[d] == suspend -> order_suspends[d] = true
  :: duty_kind[d] == resume ->
    order_suspends[d] = false;
    lease_suspends[d] = false;
    damaged_kept[d] = (without(damage_stays) -> false : damaged_kept[d]);
    needs_officer[d] = false
  :: duty_kind[d] == brick -> brick_kept[d] = true
  fi;
  if
  :: duty_kind[d] != brick && without(brick_receipt_stays) -> brick_kept[d] = false
  :: else
  fi;
  forget_duty()
}

/* The first effect of an order, which is to be the only one. */
inline take_effect() {
  NEVER(order_twice, (obeyed[d] & (1 << duty_sequence[d])) != 0);
  obeyed[d] = obeyed[d] | (1 << duty_sequence[d]);
  brick_ordered[d] = brick_ordered[d] || duty_kind[d] == brick
}

inline carry_out(order) {
  if
  :: order == suspend -> what = suspended_by_order
  :: order == resume -> what = resumed; needs_officer[d] = false
  :: order == brick -> what = erase
  fi
}

/* LeaseDuty.#obey, at a suspension: durable, so that no start lifts it. */
inline suspend_by_lease() {
  needs_officer[d] = true;
  lease_suspends[d] = true;
  counted_kept[d] = counted[d];
  what = (is_suspended -> nothing : suspended_by_lease)
}

/* The same at an erasure, so that no start forgets it. */
inline erase_by_lease() {
  was_overdue[d] = true;
  counted_kept[d] = (without(erasure_noted) -> counted_kept[d] : counted[d]);
  what = erase
}

#define has_tombstone (tombstone[d] == begun && (flushed[d] || without(tombstone_flushed)))
#define is_destroyed (!share[d] && !sealed_record[d])
inline destroying() {
  NEVER(destroyed_unrecorded, tombstone[d] != begun || !flushed[d])
}

proctype Core(byte d) {
  mtype:event what = nothing;
end:
  do
  :: atomic {
    if
    :: d_step { life[d] == off -> start() }
    :: d_step { duty[d] == grant_verified -> take_grant() }
    :: d_step { duty[d] == grant_taken -> open_laptop() }
    /* An order is kept, answered, and only then carried out. */
    :: d_step { duty[d] == order_verified && !without(order_kept_first) ->
        take_effect(); answered[d] = (answered[d] == brick -> brick : duty_kind[d]); keep_order() }
    :: d_step { answered[d] != none && !without(order_kept_first) -> carry_out(answered[d]); answered[d] = none }
    :: d_step { duty[d] == order_verified && answered[d] == none && without(order_kept_first) ->
        take_effect(); answered[d] = duty_kind[d]; carry_out(duty_kind[d]) }
    :: d_step { duty[d] == order_verified && answered[d] != none && without(order_kept_first) ->
        answered[d] = none; keep_order() }
    /* Lease.watch, LeaseDuty.look. */
    :: d_step { has_link && must_suspend && !(is_suspended && lease_suspends[d]) -> suspend_by_lease() }
    :: d_step { has_link && counted[d] >= ERASE_AFTER -> erase_by_lease() }
    /* startOrResumeWipe. A step that fails changes nothing and is tried again. */
    :: d_step { life[d] == wiping && tombstone[d] == absent && (is_destroyed || !without(tombstone_first)) ->
        tombstone[d] = begun }
    :: d_step { life[d] == wiping && tombstone[d] == begun && !flushed[d] -> flushed[d] = true }
    :: d_step { life[d] == wiping && share[d] && (has_tombstone || without(tombstone_first)) ->
        destroying(); share[d] = false }
    :: d_step { life[d] == wiping && sealed_record[d] && (has_tombstone || without(tombstone_first)) ->
        destroying(); sealed_record[d] = false }
    :: d_step { life[d] == wiping && has_tombstone && is_destroyed -> tombstone[d] = finished }
    :: d_step { life[d] == wiping && tombstone[d] == finished ->
        what = erased; tombstone[d] = (without(tombstone_spared) -> absent : finished) }
    fi;
    next()
  }
  od
}
