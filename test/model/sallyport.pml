/*
 * Sallyport's laptops among enemies: control, the network and insiders are hostile, and the power fails at any moment.
 * README.md says what is modelled, what is left out, and how to read a counterexample.
 *
 *   Core(d)     what laptop d goes on with by itself: starting, what follows a verification, the lease, the wipe
 *   Outside(d)  what reaches it: statements, contact, the page and its hands, a room's answers, the power switch
 *
 * Every step is one act of the code with at most one durable write; between two steps anything can happen.
 * Control holds every approval that anybody could ever have given, and delivers any of them to any laptop at any time, as
 * often as it likes: that covers dropping, repeating, reordering and replaying. A refused statement has no effect, so that
 * only what is obeyed is a step.
 */

/* ---- Bounds, each set with -D; model.test.ts has those that are run ---- */
#ifndef LAPTOPS
#define LAPTOPS 1     /* laptop 0 at prison A, laptop 1 at prison B */
#endif
#ifndef GRANTS
#define GRANTS 1      /* 1: grants are approved */
#endif
#ifndef ORDERS
#define ORDERS 1      /* 1: orders are approved */
#endif
#ifndef SEQUENCES
#define SEQUENCES 2   /* highest sequence number of grants and of orders, up to 3 */
#endif
#ifndef MANIFESTS
#define MANIFESTS 3   /* newest version of the manifest, up to 3 */
#endif
#ifndef ROSTERS
#define ROSTERS 3     /* newest version of prison A's roster, up to 3 */
#endif
#ifndef CUTS
#define CUTS 1        /* power cuts, of all laptops together */
#endif
#ifndef ROOMS
#define ROOMS 1       /* 1: two appointments, and somebody presses join */
#endif
#ifndef LEASES
#define LEASES 1      /* 1: time passes without contact */
#endif
#ifndef DAMAGE
#define DAMAGE 1      /* 1: what a laptop keeps is changed by a fault or a hand, and found changed */
#endif

/* ---- Checks of the code: WITHOUT one of them, Spin has to find an error ---- */
mtype:check = {
  every,
  /* who opens      */ role_of_approver, site_of_approver, approver_at_opening, approver_while_open,
  /* only once      */ nonce, nonce_used_up, grant_sequence, grant_sequence_durable, order_sequence, order_kept_first,
  /* trust goes up  */ manifest_no_gap, manifest_not_back, trustees_before, trustees_after, site_of_roster,
                       managers_of_site, roster_under_manifest, roster_not_back, roster_mark_stays,
  /* orders         */ two_for_a_list, people_not_passkeys, officers_of_this_manifest, device_named,
  /* lease          */ lease_needs_officer, lease_suspension_durable, suspension_before_contact, erasure_before_contact,
                       lease_before_requests, erasure_noted, high_water, own_clock,
  /* wipe           */ brick_durable, brick_receipt_stays, wipe_resumed, tombstone_first, tombstone_flushed, tombstone_spared,
  /* damage         */ damage_stays, damage_durable,
  /* rooms          */ seat_checked, late_answer_refused, seat_given_back, room_of_join, consultant_of_grant,
  /* debrief        */ own_comparison, code_of_stay
};
#ifdef CHOOSE         /* Which one is said in Pan's environment: one compilation for all of them. */
mtype:check left_out = every, left_out_too = every;
#define WITHOUT left_out
#define WITHOUT_TOO left_out_too
#endif
#ifndef WITHOUT
#define WITHOUT every
#endif
#ifndef WITHOUT_TOO
#define WITHOUT_TOO every
#endif
#define without(check) (WITHOUT == check || WITHOUT_TOO == check)

/* ---- Promises: Pan names the one it finds broken, as in "assertion violated !(opened_unapproved)" ---- */
hidden byte opened_unapproved, opened_stale, opened_past_lease, open_past_revocation, grant_twice, manifest_skipped,
  manifest_forged, roster_forged, roster_back, order_twice, order_unapproved, order_for_another, list_by_one,
  erased_unordered, lease_lifted_itself, lease_forgotten, damage_lifted, wipe_undone, back_from_dead, destroyed_unrecorded, second_seat,
  seat_while_shut, staff_not_there, false_participant;
#define NEVER(promise, when) promise = (when); assert(!promise)

/* ---- People. Anybody may approve anything: among them are one who left and one insider of every kind. ---- */
#define NURSE_A     1   /* of prison A, on its every roster */
#define LEAVER      2   /* of prison A, on its first roster only */
#define NURSE_B     4   /* of prison B */
#define MANAGER_OLD 8   /* one of prison A's managers; manifest 2 removes him */
#define MANAGER_A   16  /* the other one, who stays */
#define MANAGER_B   32  /* prison B's */
#define OFFICER_OLD 1   /* a fleet officer; manifest 2 removes her */
#define OFFICER     2   /* one of every manifest */
#define OFFICER_NEW 4   /* one since manifest 2 */
#define TRUSTEE_OLD 1   /* manifest 2 removes him */
#define TRUSTEE     2   /* one of every manifest */
#define TRUSTEE_NEW 4   /* one since manifest 2 */

#define OWN   4         /* a manifest or roster of an insider's own making, which names himself */
#define AGAIN 5         /* prison A's second roster, approved once more by the manager who stays */
#define LIST  3         /* an order that names both laptops */
#define SUSPEND_AFTER 1 /* units of time without contact */
#define ERASE_AFTER   2

/* ---- Who may what ---- */
#define people_of(site, version) ((version) == 0 -> 0 : ((site) == 1 -> ((version) == OWN -> MANAGER_B : NURSE_B) : \
  ((version) == OWN -> MANAGER_OLD : ((version) == 1 -> NURSE_A | LEAVER : NURSE_A))))
#define managers_of(site, under) ((site) == 1 -> MANAGER_B : ((under) == 1 -> MANAGER_OLD | MANAGER_A : MANAGER_A))
/* Who approved a site's roster. Prison A's second, which drops the leaver, is by the manager who goes next. */
#define author_of(site, version) ((site) == 1 -> MANAGER_B : \
  ((version) == OWN || (version) == 2 -> MANAGER_OLD : MANAGER_A))
#define officers_of(version) ((version) == 1 -> OFFICER_OLD | OFFICER : OFFICER | OFFICER_NEW)
#define count(officers) (((officers) & 1) + (((officers) >> 1) & 1) + (((officers) >> 2) & 1))
#define trustees_of(version) ((version) == OWN -> TRUSTEE_OLD : \
  ((version) == 1 -> TRUSTEE_OLD | TRUSTEE : TRUSTEE | TRUSTEE_NEW))
/* The threshold of every manifest is all of its trustees. */
#define agreed(version, trustees) (((trustees) & trustees_of(version)) == trustees_of(version))

#include "lifecycle.pml"
#include "laptop.pml"
#include "core.pml"
#include "outside.pml"

init {
  atomic {
#ifdef CHOOSE
    c_code { now.left_out = atoi(getenv("WITHOUT")); now.left_out_too = atoi(getenv("WITHOUT_TOO")); };
#endif
    run Core(0);
    run Outside(0);
#if LAPTOPS > 1
    run Core(1);
    run Outside(1)
#endif
  }
}

/* ---- What always comes about in the end, when every laptop goes on with what it can go on with ---- */
#define is_dead (life[0] == dead)
#define is_bricked (brick_ordered[0])
#define is_overdue (was_overdue[0])
ltl brick_ends_in_dead { [] (is_bricked -> <> is_dead) }
ltl lease_ends_in_dead { [] (is_overdue -> <> is_dead) }
