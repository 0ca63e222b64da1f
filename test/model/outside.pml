/*
 * What reaches a laptop: statements, contact, the page and its hands, a room's answers, the power switch.
 * Control holds every approval that anybody could ever have given, and delivers any of them to any laptop at any time, as
 * often as it likes: that covers dropping, repeating, reordering and replaying.
 */

/* A grant by somebody, of any number, for the nonce that is shown or for another. The lease is looked at first. */
#define GRANT_BY(person) \
  :: d_step { GRANTS && life[d] == inert && duty[d] == idle && (is_held || without(lease_before_requests)) && \
      accepted(person) && (grant_sequence_kept[d] < SEQUENCES || without(grant_sequence)) -> \
      duty[d] = grant_verified; duty_person[d] = person }
inline draft_grant() {
  if
  :: duty_sequence[d] = 1
  :: SEQUENCES > 1 -> duty_sequence[d] = 2
  :: SEQUENCES > 2 -> duty_sequence[d] = 3
  fi;
  if
  :: duty_nonce[d] = true
  :: duty_nonce[d] = false
  fi;
  if
  :: duty_room[d] = 0
  :: ROOMS -> duty_room[d] = 1
  fi;
  if
  :: duty_sequence[d] <= grant_sequence_kept[d] && !without(grant_sequence) -> forget_duty()
  :: else
  fi
}

/* An order by somebody, for the laptop, for the other one, or for both. Control adds the first officer's second passkey. */
#define recognised(officers) ((officers) & (without(officers_of_this_manifest) -> 7 : officers_of(manifest[d])))
#define people_counted(officers) (count(recognised(officers)) + (without(people_not_passkeys) -> 1 : 0))
#define ORDER_BY(officers, laptops) \
  :: d_step { ORDERS && has_link && duty[d] == idle && (answered[d] == none || answered[d] == brick) && \
      (is_held || is_suspended) && (order_sequence_kept[d] < SEQUENCES || without(order_sequence)) && \
      (((laptops) & (1 << d)) != 0 || without(device_named)) && recognised(officers) != 0 && \
      people_counted(officers) >= (laptops == LIST && !without(two_for_a_list) -> 2 : 1) -> \
      NEVER(order_for_another, ((laptops) & (1 << d)) == 0); \
      NEVER(order_unapproved, count((officers) & officers_of(manifest[d])) < 1); \
      NEVER(list_by_one, laptops == LIST && count((officers) & officers_of(manifest[d])) < 2); \
      duty[d] = order_verified }
#define ORDERS_BY(officers) ORDER_BY(officers, 1) ORDER_BY(officers, 2) ORDER_BY(officers, LIST)
inline draft_order() {
  if
  :: duty_kind[d] = suspend
  :: duty_kind[d] = resume
  :: duty_kind[d] = brick
  fi;
  if
  :: duty_sequence[d] = 1
  :: SEQUENCES > 1 -> duty_sequence[d] = 2
  :: SEQUENCES > 2 -> duty_sequence[d] = 3
  fi;
  if
  :: duty_sequence[d] <= order_sequence_kept[d] && !without(order_sequence) -> forget_duty()
  :: duty_kind[d] == resume && damaged_kept[d] && !without(damage_stays) -> forget_duty()
  :: else
  fi
}

/* An activation does not outlast the right of whoever gave it. */
inline follow_trust() {
  if
  :: is_open && !accepted(opener[d]) && !without(approver_while_open) -> what = deactivated
  :: else
  fi
}

/* Trust.#takeManifest; the roster in force goes when its author does, how far rosters have come stays. */
#define MANIFEST(version, number, trustees) \
  :: d_step { has_link && number <= MANIFESTS && number != manifest[d] && \
      (number >= manifest[d] || without(manifest_not_back)) && \
      (number <= manifest[d] + 1 || without(manifest_no_gap)) && \
      (agreed(manifest[d], trustees) || without(trustees_before)) && (agreed(version, trustees) || without(trustees_after)) -> \
      NEVER(manifest_skipped, number != manifest[d] + 1); \
      NEVER(manifest_forged, !agreed(manifest[d], trustees) || !agreed(version, trustees)); \
      manifest[d] = version; \
      drop_roster(); \
      follow_trust() }
inline drop_roster() {
  if
  :: (author_of(d, roster[d]) & managers_of(d, manifest[d])) == 0 && !without(roster_under_manifest) ->
    roster[d] = 0;
    roster_mark[d] = (without(roster_mark_stays) -> 0 : roster_mark[d])
  :: else
  fi
}

/* Trust.#takeRoster: a roster for a site, by somebody. */
#define ROSTER(version, mark, site, author) \
  :: d_step { has_link && roster[d] != version && (site == d || without(site_of_roster)) && \
      (mark > roster_mark[d] || (version == AGAIN && roster[d] == 0 && mark == roster_mark[d]) || \
        without(roster_not_back)) && \
      ((author & managers_of(site, manifest[d])) != 0 || without(managers_of_site)) -> \
      NEVER(roster_forged, site != d || (author & managers_of(d, manifest[d])) == 0); \
      NEVER(roster_back, mark < newest_roster[d]); \
      roster[d] = version; newest_roster[d] = mark; roster_mark[d] = mark; \
      follow_trust() }
#define HONEST_ROSTER(version, number) \
  ROSTER(version, (number <= ROSTERS -> number : 0), 0, author_of(0, version))
/* A manager puts himself on a roster, with whatever version is the next. */
#define OWN_ROSTER(site, author) ROSTER(OWN, roster_mark[d] + 1, site, author)

/* Lease.contact: what has run out by then is not brought back. */
inline contact() {
  if
  :: silent[d] >= SUSPEND_AFTER && !(is_suspended && lease_suspends[d]) && !without(suspension_before_contact) -> suspend_by_lease()
  :: else
  fi;
  NEVER(lease_forgotten, silent[d] >= ERASE_AFTER);
  needs_officer[d] = needs_officer[d] || silent[d] >= SUSPEND_AFTER;
  counted[d] = 0;
  counted_kept[d] = 0;
  silent[d] = 0;
  if
  :: without(lease_needs_officer) && life[d] == suspended_lease -> lease_suspends[d] = false; what = resumed
  :: else
  fi
}

/* DeviceStore.damaged: durable, then obeyed. */
inline find_damage() {
  damaged_kept[d] = true;
  was_damaged[d] = true
}

inline enrol() {
  share[d] = true;
  sealed_record[d] = true;
  manifest[d] = 1;
  roster[d] = 1;
  roster_mark[d] = 1;
  newest_roster[d] = 1;
  what = enrolled
}

inline take_seat() {
  seat[d] = taken;
  late[d] = false;
  seats[d]++
}

/* A participant's join statement, for a room, by the consultant whom the grant names or by another person. */
#define JOIN(is_named, of_room) \
  :: d_step { in_room && (is_named || without(consultant_of_grant)) && (of_room == room[d] || without(room_of_join)) -> \
      NEVER(false_participant, !is_named || of_room != room[d]) }

inline cut_power() {
  cuts--;
  if
  :: without(grant_sequence_durable) -> grant_sequence_kept[d] = 0
  :: without(brick_durable) -> brick_kept[d] = false
  :: without(lease_suspension_durable) -> lease_suspends[d] = false
  :: without(damage_durable) -> damaged_kept[d] = false
  :: else
  fi;
  tombstone[d] = (tombstone[d] == begun && !flushed[d] -> absent : tombstone[d]);
  /* What was slept and not written down is gone with a clock set back meanwhile. */
  counted[d] = counted_kept[d];
  silent[d] = counted_kept[d];
  life[d] = off;
  flushed[d] = false;
  new_nonce();
  forget_duty();
  answered[d] = none;
  opener[d] = 0;
  room[d] = 0;
  seat[d] = free;
  seats[d] = 0;
  late[d] = false;
  telling[d] = untold;
  typed[d] = false
}

proctype Outside(byte d) {
  mtype:event what = nothing;
end:
  do
  :: atomic {
    if
    :: d_step { life[d] == blank -> enrol() }
    /* The code of the next minute. */
    :: d_step { life[d] == inert && (duty_nonce[d] || nonce_spent[d]) -> new_nonce() }

    GRANT_BY(NURSE_A)
    GRANT_BY(LEAVER)
    GRANT_BY(NURSE_B)
    GRANT_BY(MANAGER_OLD)
    GRANT_BY(MANAGER_A)
    GRANT_BY(MANAGER_B)

    ORDERS_BY(OFFICER_OLD)
    ORDERS_BY(OFFICER)
    ORDERS_BY(OFFICER_OLD | OFFICER)
    ORDERS_BY(OFFICER | OFFICER_NEW)

    MANIFEST(2, 2, (TRUSTEE_OLD | TRUSTEE))
    MANIFEST(2, 2, (TRUSTEE_OLD | TRUSTEE | TRUSTEE_NEW))
    MANIFEST(3, 3, (TRUSTEE_OLD | TRUSTEE | TRUSTEE_NEW))
    MANIFEST(OWN, manifest[d] + 1, TRUSTEE_OLD)
    HONEST_ROSTER(1, 1)
    HONEST_ROSTER(2, 2)
    HONEST_ROSTER(AGAIN, 2)
    HONEST_ROSTER(3, 3)
    OWN_ROSTER(0, MANAGER_OLD)
    OWN_ROSTER(0, MANAGER_B)
    OWN_ROSTER(1, MANAGER_B)

#if LEASES
    :: d_step { (has_link || (life[d] == wiping && tombstone[d] == absent)) && counted[d] > 0 &&
        (counted[d] < ERASE_AFTER || without(erasure_before_contact)) -> contact() }
    /* Time passes: awake it is written down, off the clock tells it at the next start; what is slept is written later. */
    :: d_step { (has_link || (life[d] == off && sealed_record[d])) && silent[d] < ERASE_AFTER ->
        silent[d]++; counted[d]++; counted_kept[d] = counted[d] }
    :: d_step { has_link && silent[d] < ERASE_AFTER -> silent[d]++; counted[d]++ }
    /* Somebody sets the clock back; control tells a time years ahead. */
    :: d_step { counted[d] > 0 && without(high_water) -> counted[d] = 0; counted_kept[d] = 0 }
    :: has_link && without(own_clock) -> counted[d] = ERASE_AFTER
#endif

#if ROOMS
    /* The page asks as often as it likes, control answers whatever and whenever it likes. */
    :: d_step { is_joinable && (seat[d] == free || without(seat_checked)) ->
        late[d] = late[d] || seat[d] == taking; seat[d] = taking }
    :: d_step { seat[d] == taking -> what = joined_waiting; take_seat() }
    :: d_step { seat[d] == taking -> what = joined_prepared; take_seat() }
    :: d_step { seat[d] == taking -> what = joined_consult; take_seat() }
    :: d_step { seat[d] == taking -> what = joined_debrief; take_seat() }
    :: seat[d] == taking -> seat[d] = free
    :: late[d] -> late[d] = false
    :: d_step { late[d] && without(late_answer_refused) -> what = joined_waiting; take_seat() }
    :: in_room -> what = phase_changed_waiting
    :: in_room -> what = phase_changed_consult
    :: in_room -> what = phase_changed_debrief
    :: in_room -> what = room_left
    :: life[d] == open -> what = check_started
    :: life[d] == open_checking -> what = check_ended
    /* Control says that everything is done, staff at the laptop included. */
    :: in_room -> what = (without(own_comparison) -> staff_confirmed : progress_changed)
    /* Staff type the code of the debrief: control is told of the right one, and answers whenever it likes. */
    :: d_step { life[d] == inRoom_debrief && telling[d] != told -> telling[d] = told; typed[d] = true }
    :: d_step { telling[d] == told -> what = staff_confirmed; telling[d] = untold }
    :: d_step { telling[d] == told_before -> what = (without(code_of_stay) -> staff_confirmed : nothing); telling[d] = untold }
    :: d_step { life[d] == inRoom_debrief -> what = staff_locked_out; void_code() }
    :: life[d] == inRoom_shut -> what = staff_asked
    JOIN(true, 0)
    JOIN(true, 1)
    JOIN(false, 0)
    JOIN(false, 1)
#endif

    /* Locked, left idle, lid shut, link lost, time over. */
    :: is_open -> what = deactivated
    :: d_step { cuts > 0 && life[d] != off -> cut_power() }
    /* Without being flushed the tombstone may be there all the same. */
    :: d_step { cuts > 0 && life[d] == wiping && tombstone[d] == begun && !flushed[d] -> flushed[d] = true; cut_power() }

#if DAMAGE
    /* A disk or a hand changes a journal or the record: a running laptop comes upon it, or the next start does. */
    :: d_step { has_link && !damaged_kept[d] -> find_damage(); what = suspended_by_damage }
    :: d_step { life[d] == off && share[d] && sealed_record[d] && tombstone[d] == absent && !damaged_kept[d] -> find_damage() }
#endif
    fi;
    if
    :: duty[d] == grant_verified && duty_sequence[d] == 0 -> draft_grant()
    :: duty[d] == order_verified && duty_sequence[d] == 0 -> draft_order()
    :: else
    fi;
    next()
  }
  od
}
