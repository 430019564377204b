/* The road of a look through the door, and of a yes and a withdrawal, with everything that may break on the way.
 *
 * Who is in it: a citizen who says yes, takes everything back and says yes again; a door with three questions, two about that
 * citizen and one about somebody who never says yes; the consent service (any number of replicas: it keeps nothing between two
 * commands); the trust store's Redis with its log. At most FAULTS things break, of any kind, at any point (see Faults). Each
 * step names the code that it stands for. The promises are judged at the steps that could break them, by the order of the
 * ledger and by what those who asked had been told. What is left out: services/README.md, "What the model says".
 *
 * A variant (see run) is the model with one mistake in it, by a macro; -DJUDGE=… says which promises are judged.
 */
#ifndef FAULTS
#define FAULTS 2
#endif
#define QUESTIONS 3
#define ACTS 3
#define CONSENTS 2
#ifdef BLIND_COMMIT
#define ROWS (QUESTIONS + ACTS + 2 * FAULTS) /* each fault may have an act written twice more */
#else
#define ROWS (QUESTIONS + ACTS)
#endif
#define NONE 255

#define STRANGER(q) ((q) == 1)      /* whom the question is about. 0 and 2 are the same bytes but for the tag */
#define TAKES_BACK(act) ((act) == 1)
#define CONSENT_OF(act) ((act) / 2) /* what the acts 0 and 2 say yes to */
#define YES_TO(consent) ((consent) * 2)

/* ---- The trust store: Redis, appendonly yes, appendfsync always ---- */

mtype:row = { NOTHING, GIVEN, TAKEN_BACK, ALLOWED, REFUSED };
mtype:standing = { DRAFT, ACTIVE, SUPERSEDED, WITHDRAWN }; /* lifecycle.h */

/* The append-only file. One script is one row: what a script wrote is replayed whole or not at all (MULTI in the file). Rows of
 * looks, yeses and withdrawals are the ledger's rows too, in the same order; the row of a withdrawal that found nothing to
 * withdraw (about NONE) is the kept answer and the citizen's record. A look's row is left out once its asker has been answered or never will be: nothing
 * is judged by it any more. */
mtype:row row_is[ROWS] = NOTHING;
byte row_who[ROWS] = NONE;   /* the question, or the act (whose kept answer is written with it) */
byte row_about[ROWS] = NONE; /* the consent that it rests on, begins or ends */
byte written, synced;        /* rows that were carried out; rows that are on the disk whatever happens */
byte known;                  /* rows that Redis need not sync any more: these, and what it has replayed from its file */
#define UNSYNCED (known < written)
#define SYNC synced = written; known = written
mtype:standing state[CONSENTS] = DRAFT; /* the consents' records, in memory */
byte taken_back;                        /* in the citizen's record: when all was last taken back, or 0. The acts' numbers are their times */
bool greeted = true;                    /* the connection has begun: redis.cc Greet */

/* What an act reads: how all consents stand, and the citizen's record. Nothing stands twice in the same way, so equal views are
 * equal revisions. */
#define VIEW (taken_back * 128 + state[0] * 16 + state[1])
#define STATE_IN(view, c) ((c) == 0 -> (view) / 16 % 8 : (view) % 16)
#define TAKEN_BACK_IN(view) ((view) / 128)

/* ---- The door and its questions ---- */

mtype:asker = { UNASKED, WAITING, PERMITTED, OVER };
mtype:place = { NOWHERE, ASKED, JUDGED, CARRIED_OUT, TO_DOOR };
mtype:asker look[QUESTIONS] = UNASKED;
mtype:place at[QUESTIONS] = NOWHERE; /* where the question, and then its answer, is */
byte tag[QUESTIONS] = NONE;
byte asked;
byte carried[QUESTIONS] = NONE;    /* the tag that the answer to this question carries; its digest is that of the question */
byte rests_on[QUESTIONS] = NONE;   /* what it says: permitted by this consent, or not */
byte entry[QUESTIONS] = NONE;      /* for the judge: its row */
byte heard_from[QUESTIONS] = NONE; /* for the judge: whose answer this permitted asker was given */

/* ---- The citizen's acts, and the run in the consent service that carries one out (decide_run.cc) ---- */

mtype:told = { SILENCE, DONE, NOT_DONE, UNAVAILABLE };
mtype:command = { FREE, READ, COMMIT, KEPT, AGAIN };
byte act;
mtype:told told = SILENCE;
bool acknowledged[ACTS];
byte ended;                       /* consents, a bit each, whose withdrawal has returned; and those of any yes said before it */
#define SAID_BEFORE(consent) (1 << (CONSENTS + (consent)))
byte ended_when_asked[QUESTIONS]; /* the same at the moment of asking */
mtype:command run_does = FREE;    /* the command that the run has sent, for the act at which the citizen is */
bool run_held;                    /* which has been carried out: its reply waits for the end of the round */
byte run_value;                   /* the view that is sent with it, then the reply */

/* An act whose run the citizen does not hear of any more, and which may still take effect, once: its commit was sent (with this view),
 * or its run goes on by itself and reads and commits at a time of its own (ANY_VIEW). */
#define ANY_VIEW 254
byte late[ACTS] = NONE;

byte faults_left;

#ifdef CACHED_CONSENT
byte cache = NONE;
#endif
#ifdef REPLAYED_ANSWER
byte replay_entry = NONE, replay_consent = NONE;
#endif
#ifdef LOG_AFTER_REPLY
bool owes[QUESTIONS];
#endif

/* ---- The promises ---- */

#define P1 1   /* a release has a consent of that citizen that is active at its place in the ledger */
#define P2 2   /* none is permitted or released after a withdrawal: by the ledger, or by what had returned when it was asked */
#define P3 4   /* an answer, yes or no, has an entry of its own, on the disk */
#define P7 8   /* what was acknowledged is on the disk, and stays in the log */
#define OWN 16 /* the answer that a question gets is the answer to that question */
#define LAST 32 /* what was said last holds: as P2, also of a yes that was said before and takes effect after the withdrawal */
#ifndef JUDGE
#define JUDGE (P1 + P2 + P3 + P7 + OWN + LAST)
#endif
#define CLAIM(promise, holds) assert((JUDGE & promise) == 0 || (holds))

/* Scratch of one step. */
hidden byte i, k, k_row, n, v, good, found;
#define CLEAR q = 0; r = 0; i = 0; k = 0; n = 0; v = 0; good = 0; found = 0

/* good = whether consent `which` is active before row `place`, by the rows alone. */
inline judge_active(which, place) {
  good = false;
  for (i : 0 .. ROWS - 1) {
    if
    :: i < place && row_is[i] == GIVEN -> good = (row_about[i] == which) /* a yes ends what was given before on the same arrow */
    :: i < place && row_is[i] == TAKEN_BACK && row_about[i] == which -> good = false
    :: else
    fi
  }
}

/* good = whether no row before `place` takes consent `which` back. */
inline judge_not_taken_back(which, place) {
  good = true;
  for (i : 0 .. ROWS - 1) { good = good && !(i < place && row_is[i] == TAKEN_BACK && row_about[i] == which) }
}

/* good = whether no row before `place` takes back what was said after the yes to this consent. */
inline judge_said_last(which, place) {
  good = true;
  for (i : 0 .. ROWS - 1) { good = good && !(i < place && row_is[i] == TAKEN_BACK && row_who[i] > YES_TO(which)) }
}

/* found = whether the row of this act is among the first `place`. */
inline find_act(which, place) {
  found = false;
  for (i : 0 .. ROWS - 1) { found = found || (i < place && (row_is[i] == GIVEN || row_is[i] == TAKEN_BACK) && row_who[i] == which) }
}

#define HAS_ENTRY(who, from, what) (entry[from] < synced && row_is[entry[from]] == what && row_who[entry[from]] == who)

/* The asker of who gets the citizen's data, by the answer to question from. */
inline judge_release(who, from) {
  CLAIM(OWN, from == who);
  CLAIM(P3, HAS_ENTRY(who, from, ALLOWED));
  CLAIM(P2, (ended_when_asked[who] & (1 << rests_on[from])) == 0);
  judge_not_taken_back(rests_on[from], entry[from]);
  CLAIM(P2, good);
  CLAIM(LAST, (ended_when_asked[who] & SAID_BEFORE(rests_on[from])) == 0);
  judge_said_last(rests_on[from], entry[from]);
  CLAIM(LAST, good);
  judge_active(rests_on[from], entry[from]);
  CLAIM(P1, good && !STRANGER(who))
}

/* The asker of who is refused, by the answer to question from. */
inline judge_refusal(who, from) {
  CLAIM(OWN, from == who);
  CLAIM(P3, HAS_ENTRY(who, from, REFUSED))
}

/* ---- What is over leaves nothing behind (so that the states stay few) ---- */

inline forget_row(place) {
  for (k : 0 .. ROWS - 2) {
    if
    :: k >= place -> row_is[k] = row_is[k + 1]; row_who[k] = row_who[k + 1]; row_about[k] = row_about[k + 1]
    :: else
    fi
  }
  row_is[ROWS - 1] = NOTHING; row_who[ROWS - 1] = NONE; row_about[ROWS - 1] = NONE;
  for (k : 0 .. QUESTIONS - 1) { entry[k] = (entry[k] != NONE && entry[k] > place -> entry[k] - 1 : entry[k]) }
  synced = (synced > place -> synced - 1 : synced);
  known = (known > place -> known - 1 : known);
  written--
}
inline forget_answer(q) {
  if
  :: entry[q] < written -> k_row = entry[q]; entry[q] = NONE; forget_row(k_row); k_row = 0
  :: else
  fi;
  carried[q] = NONE; rests_on[q] = NONE; entry[q] = NONE
}
inline forget_question(q) {
  if
  :: look[q] == OVER -> ended_when_asked[q] = 0
  :: else
  fi;
  if
  :: look[q] == OVER && at[q] == NOWHERE -> tag[q] = NONE
  :: else
  fi
}
inline forget_run() { run_does = FREE; run_held = false; run_value = 0 }
/* What bb_commit could only refuse is as good as refused. */
inline forget_late(which) {
#ifndef BLIND_COMMIT
  late[which] = NONE;
  for (k : 0 .. ACTS - 1) { late[k] = (late[k] != ANY_VIEW && late[k] != VIEW -> NONE : late[k]) }
#else
  skip
#endif
}

/* ---- Redis ---- */

/* authorise.lua append_row; what bb_commit writes. */
inline append(what, whose, about) {
  row_is[written] = what;
  row_who[written] = whose;
  row_about[written] = about;
  if
  :: what == ALLOWED ->
     judge_not_taken_back(about, written); CLAIM(P2, good);
     judge_said_last(about, written); CLAIM(LAST, good)
  :: else
  fi;
  written++
}

/* v = the one active consent by `view`, or NONE: reference -> subject -> arrow -> consent (authorise.lua judge, arrows.cc). */
inline active_in(view) { v = (STATE_IN(view, 0) == ACTIVE -> 0 : (STATE_IN(view, 1) == ACTIVE -> 1 : NONE)) }
inline judge(q) {
  if
  :: STRANGER(q) -> v = NONE
  :: else -> active_in(VIEW)
  fi
}
inline log_look(q) {
  if
  :: v != NONE -> append(ALLOWED, q, v)
  :: else -> append(REFUSED, q, NONE)
  fi;
  rests_on[q] = v;
  entry[q] = written - 1
}

/* bb_authorise: resolve, judge and append in one step. */
inline carry_out_question(q) {
#if defined(CHECK_OUTSIDE_SCRIPT)
  if /* tests/faults/nonatomic.lua: bb_judge, and later bb_append_judged */
  :: at[q] == ASKED -> judge(q); rests_on[q] = v; at[q] = JUDGED
  :: else -> v = rests_on[q]; log_look(q); at[q] = CARRIED_OUT
  fi;
#elif defined(LOG_AFTER_REPLY)
  if
  :: at[q] == ASKED -> judge(q); rests_on[q] = v; at[q] = CARRIED_OUT; owes[q] = true
  :: else -> owes[q] = false; v = rests_on[q]; log_look(q)
  fi;
#else
  judge(q);
#ifdef CACHED_CONSENT
  if
  :: cache != NONE && !STRANGER(q) -> v = cache /* what was active a moment ago */
  :: !STRANGER(q) -> cache = v
  :: else
  fi;
#endif
  log_look(q);
  at[q] = CARRIED_OUT;
#endif
}

/* bb_commit: first all checks (r, c, p: what was read; i: the request's key), then the writes. These follow from the view:
 * consents_give.cc Giving::Give, consents_close.cc WithdrawConsents. */
inline commit(which, view) {
#ifdef BLIND_COMMIT
  good = true;
#else
  find_act(which, written);
  good = !found && view == VIEW;
#endif
  if
  :: good ->
     active_in(view);
     if
     :: v != NONE -> state[v] = (TAKES_BACK(which) -> WITHDRAWN : SUPERSEDED)
     :: else
     fi;
     if
     :: TAKES_BACK(which) ->
        append(TAKEN_BACK, which, v)
#ifndef NO_MARK
        ; taken_back = which /* common.cc TakeBack: whether or not there was something to end */
#endif
     :: else -> v = CONSENT_OF(which); state[v] = ACTIVE; append(GIVEN, which, v)
     fi;
     forget_late(which);
     v = true
  :: else -> v = false
  fi
}

/* Decide is a function of the view and of the time at which the run began: whether the act has something to write (lifecycle.cc; common.cc
 * CheckNotTakenBack). */
#ifdef NO_CHECK
#define IN_TIME(which, view) true
#else
#define IN_TIME(which, view) ((which) >= TAKEN_BACK_IN(view))
#endif
#define CAN(which, view) (TAKES_BACK(which) || (STATE_IN(view, CONSENT_OF(which)) == DRAFT && IN_TIME(which, view)))

inline carry_out_run() {
  if
  :: run_does == READ -> v = VIEW                                                   /* bb_read */
  :: run_does == KEPT || run_does == AGAIN -> find_act(act, written); v = found /* Store::Idempotent */
  :: run_does == COMMIT -> commit(act, run_value)
  fi;
  run_held = true;
  run_value = v
}

inline carry_out_late(which) {
  i = (late[which] == ANY_VIEW -> VIEW : late[which]);
  late[which] = NONE;
  if
  :: CAN(which, i) -> k_row = i; commit(which, k_row); k_row = 0
  :: else
  fi
}

/* ---- The consent service: what it does with the replies. What it goes on with came with them. ---- */

inline tell(what) { told = what; forget_run() }
inline send(what) { run_does = what; run_held = false }

inline replies() {
  for (n : 0 .. QUESTIONS - 1) {
    if
    :: at[n] == CARRIED_OUT -> at[n] = TO_DOOR; carried[n] = tag[n] /* Authoriser::Conclude, Session::Answer: tag and digest */
#ifdef REPLAYED_ANSWER
       ; if
       :: rests_on[n] != NONE -> replay_entry = entry[n]; replay_consent = rests_on[n]
       :: else
       fi
#endif
    :: else
    fi
  }
  if
  :: run_held && run_does == READ -> /* the second round of Decide */
     if
     :: CAN(act, run_value) ->
        send(COMMIT)
#ifdef ACKNOWLEDGED_EARLY
        ; late[act] = run_value; tell(DONE)
#endif
     :: else -> run_value = 0; send(KEPT) /* WRONG_STATE: Run::UnlessKept */
     fi
  :: run_held && run_does == COMMIT -> /* Run::Committed */
     if
     :: run_value == true -> tell(DONE)
     :: else -> send(AGAIN) /* CONFLICT: UnlessKept, else AgainAfterConflict */
     fi
  :: run_held && run_does == KEPT ->
     if
     :: run_value == true -> tell(DONE) /* Run::AnswerKept */
     :: else -> tell(NOT_DONE)
     fi
  :: run_held && run_does == AGAIN ->
     if
     :: run_value == true -> tell(DONE)
     :: else -> send(READ) /* FromEmptyView */
     fi
  :: else
  fi
}

/* ---- Redis, its event loop ---- */

/* Commands are carried out in any order: they come over the connections of several replicas, and what was sent over one that has
 * ended may be read late. No reply leaves, not even to a read, before what came before it in this round is on the disk
 * (Redis's beforeSleep: flushAppendOnlyFile, then the replies), one fsync for all. */
#define ONE(when, x, array, value) \
  if :: when && array[0] == value -> x = 0 :: when && array[1] == value -> x = 1 :: when && array[2] == value -> x = 2 fi
#define ANY(array, value) (array[0] == value || array[1] == value || array[2] == value)
#define HELD (ANY(at, CARRIED_OUT) || run_held)

proctype RedisServer() {
  byte q, r;
end:
  do
  :: atomic { ONE(true, q, at, ASKED); d_step { carry_out_question(q); CLEAR } }
#ifdef CHECK_OUTSIDE_SCRIPT
  :: atomic { ONE(true, q, at, JUDGED); d_step { carry_out_question(q); CLEAR } }
#endif
#ifdef LOG_AFTER_REPLY
  :: atomic { ONE(at[q] == TO_DOOR, q, owes, true); d_step { carry_out_question(q); CLEAR } }
#endif
  :: d_step { !greeted -> SYNC; greeted = true } /* a write, and the end of its round */
  :: d_step { run_does != FREE && !run_held -> carry_out_run(); CLEAR }
  :: atomic {
       if
       :: late[0] != NONE -> q = 0
       :: late[1] != NONE -> q = 1
       :: late[2] != NONE -> q = 2
       fi;
       d_step { carry_out_late(q); CLEAR }
     }
  :: d_step { /* the end of a round */
#ifdef REPLY_BEFORE_FSYNC
       HELD -> replies(); CLEAR
     }
  :: d_step { UNSYNCED -> SYNC
#else
       UNSYNCED || HELD ->
       if
       :: UNSYNCED -> SYNC
       :: else
       fi;
       replies();
       CLEAR
#endif
     }
  od
}

/* ---- The door ---- */

/* Door::Look, AuthorizeClient Ask, and at the other end Authoriser::Ask: the question is on its way to Redis. (One that is
 * under way longer is one that is asked later, or carried out later.) */
inline ask(q) {
#ifdef TAG_REUSED
  tag[q] = 0;
  do
  :: (look[0] == WAITING && tag[0] == tag[q]) || (look[1] == WAITING && tag[1] == tag[q]) -> tag[q]++
  :: else -> break
  od;
#else
  tag[q] = q; /* never used before */
#endif
  ended_when_asked[q] = ended;
  look[q] = WAITING;
  at[q] = ASKED;
#ifdef REPLAYED_ANSWER
  if
  :: replay_consent != NONE && !STRANGER(q) -> at[q] = TO_DOOR; carried[q] = tag[q]; rests_on[q] = replay_consent; entry[q] = replay_entry
  :: else
  fi
#endif
}

/* The stream ends: AuthorizeClient OnDone. Whoever waits on it hears UNAVAILABLE. What the service has read may still be carried out, and
 * its answer goes nowhere (RpcStream::Write): one more row that no answer rests on, and so left out here. The unary call that takes the
 * stream's place until there is a new one is one more road of the same kind, with the same steps. */
inline end_stream() {
  for (i : 0 .. QUESTIONS - 1) {
    if
    :: look[i] == WAITING ->
#ifdef FAIL_OPEN
       look[i] = PERMITTED; heard_from[i] = i
#else
       look[i] = OVER
#endif
    :: else
    fi;
    if
    :: at[i] != NOWHERE -> at[i] = NOWHERE; forget_answer(i)
    :: else
    fi;
    forget_question(i)
  }
}

/* AuthorizeClient OnMessage: the answer to question f has come. */
inline on_answer(f) {
  at[f] = NOWHERE;
  n = 0;
  do
#ifdef MATCHED_BY_POSITION
  :: n < QUESTIONS && look[n] != WAITING -> n++
#else
  :: n < QUESTIONS && !(look[n] == WAITING && tag[n] == carried[f]) -> n++
#endif
  :: else -> break
  od;
  if
  :: n == QUESTIONS -> forget_answer(f) /* given up at its deadline */
  :: n < QUESTIONS ->
#if defined(MATCHED_BY_POSITION) || defined(NO_DIGEST)
     good = true;
#else
     good = (tag[n] == tag[f] && STRANGER(n) == STRANGER(f)); /* Answers(): SHA-256 of the very bytes */
#endif
     if
     :: !good -> forget_answer(f); end_stream() /* authorise_answer_mismatch: Cancel, OnDone */
     :: good && rests_on[f] != NONE -> look[n] = PERMITTED; heard_from[n] = f
     :: good && rests_on[f] == NONE -> judge_refusal(n, f); look[n] = OVER; forget_answer(f); forget_question(n) /* RefusalOf */
     fi
  fi;
  forget_question(f)
}

#define LOST(q) (look[q] == WAITING && at[q] == NOWHERE)

proctype Door() {
  byte q, r;
end:
  do
  :: d_step {
       asked < QUESTIONS ->
       ask(asked); asked++;
       if
       :: !greeted -> end_stream() /* STORE_DOWN at once: Redis::Loop, Session::OnMessage */
       :: else
       fi;
       CLEAR
     }
  :: atomic { ONE(true, q, at, TO_DOOR); d_step { on_answer(q); CLEAR } }
  :: atomic { /* Door::Show: file, filter, reply */
       ONE(true, q, look, PERMITTED);
       d_step {
         judge_release(q, heard_from[q]);
         look[q] = OVER;
         forget_answer(heard_from[q]);
         heard_from[q] = NONE;
         forget_question(q);
         CLEAR
       }
     }
  :: d_step { /* whoever waits for an answer that was lost hears so at the deadline */
       LOST(0) || LOST(1) || LOST(2) ->
       q = (LOST(0) -> 0 : (LOST(1) -> 1 : 2));
       look[q] = OVER;
       forget_question(q);
       CLEAR
     }
  :: timeout -> /* all is quiet: nobody is left without an answer */
     assert(asked == QUESTIONS && look[0] == OVER && look[1] == OVER && look[2] == OVER && act == ACTS);
     break
  od
}

/* ---- The citizen: one act after the other; one without outcome is repeated, with its request_id, or left as it is ---- */

proctype Citizen() {
  byte q, r; /* for CLEAR */
  do
  :: act == ACTS -> break
  :: d_step { /* Run::Start, the first round: nothing is loaded yet */
       act < ACTS && run_does == FREE && told == SILENCE ->
       if
       :: greeted -> run_does = READ
       :: else -> told = UNAVAILABLE /* STORE_DOWN at once */
       fi
     }
  :: d_step {
       told == DONE ->
       acknowledged[act] = true;
       find_act(act, synced);
       CLAIM(P7, found);
       for (n : 0 .. ROWS - 1) {
         if
         :: row_is[n] == TAKEN_BACK && row_who[n] == act && row_about[n] != NONE -> ended = ended | (1 << row_about[n])
         :: else
         fi
       }
       for (n : 0 .. CONSENTS - 1) { ended = (TAKES_BACK(act) && YES_TO(n) < act -> ended | SAID_BEFORE(n) : ended) }
       act++; told = SILENCE; CLEAR
     }
  :: d_step { told == NOT_DONE || told == UNAVAILABLE -> act++; told = SILENCE }
  :: d_step { told == UNAVAILABLE -> told = SILENCE }
  od
}

/* ---- What breaks ---- */

/* The connection to Redis ends. All that is outstanding fails with STORE_DOWN: Redis::Loop NotReady. Session::OnMessage then ends the
 * stream, Run::Refuse answers the citizen. What was sent may still be carried out. The next connection is not used before its
 * greeting has been answered; until then everything fails at once. */
inline end_connection() {
#ifndef NO_GREETING
  greeted = false;
#endif
  if
  :: ANY(at, ASKED) || ANY(at, JUDGED) || ANY(at, CARRIED_OUT) -> end_stream()
  :: else
  fi;
  for (i : 0 .. ACTS - 1) { late[i] = (late[i] == ANY_VIEW -> NONE : late[i]) }
  if
  :: run_does != FREE ->
     if
     :: run_does == COMMIT && !run_held && late[act] != ANY_VIEW -> late[act] = run_value
     :: else
     fi;
     tell(UNAVAILABLE)
  :: else
  fi
}

/* Redis dies and comes back: the log keeps its first `kept` rows, memory is the log replayed, what was on its connections is gone. */
inline redis_dies(kept) {
  end_connection();
  for (n : 0 .. ACTS - 1) { late[n] = NONE }
  do
  :: written > kept -> written--; row_is[written] = NOTHING; row_who[written] = NONE; row_about[written] = NONE
  :: else -> break
  od;
  known = written; /* Redis 7.0 syncs what it has replayed with its next write, and not before it serves */
  synced = (synced < written -> synced : written);
  state[0] = DRAFT; state[1] = DRAFT; taken_back = 0;
  for (n : 0 .. ROWS - 1) {
    if
    :: row_is[n] == GIVEN ->
       if
       :: state[1 - row_about[n]] == ACTIVE -> state[1 - row_about[n]] = SUPERSEDED
       :: else
       fi;
       state[row_about[n]] = ACTIVE
    :: row_is[n] == TAKEN_BACK ->
       if
       :: row_about[n] != NONE -> state[row_about[n]] = WITHDRAWN
       :: else
       fi
#ifndef NO_MARK
       ; taken_back = row_who[n]
#endif
    :: else
    fi
  }
  for (n : 0 .. ACTS - 1) {
    find_act(n, written);
    CLAIM(P7, found || !acknowledged[n])
  }
}

proctype Faults() {
  byte q, r;
end:
  do
  :: d_step { /* the door's process dies; its next life has tags of its own */
       faults_left > 0 ->
       end_stream();
       for (n : 0 .. QUESTIONS - 1) {
         if
         :: look[n] == PERMITTED -> look[n] = OVER; forget_answer(heard_from[n]); heard_from[n] = NONE; forget_question(n)
         :: else
         fi
       }
       faults_left--; CLEAR
     }
  :: d_step { /* the consent service dies */
       faults_left > 0 ->
       end_stream();
       end_connection();
#ifdef CACHED_CONSENT
       cache = NONE;
#endif
#ifdef REPLAYED_ANSWER
       replay_entry = NONE; replay_consent = NONE;
#endif
       faults_left--; CLEAR
     }
  :: atomic { /* Redis dies: what is not on the disk is there in part, from its beginning (a torn tail is cut off) */
       faults_left > 0 ->
#ifdef OLD_COPY
       q = 0;
#else
       q = synced;
#endif
       do
       :: q < written -> q++
       :: break
       od;
       d_step { redis_dies(q); faults_left--; CLEAR }
     }
  :: d_step { faults_left > 0 -> end_stream(); faults_left--; CLEAR }     /* the stream between door and consent service breaks */
  :: d_step { faults_left > 0 -> end_connection(); faults_left--; CLEAR } /* the connection between consent service and Redis breaks */
  :: d_step { /* the citizen's connection breaks, or their patience; the service goes on with what it has */
       faults_left > 0 && run_does != FREE -> late[act] = ANY_VIEW; tell(UNAVAILABLE); faults_left--
     }
  :: atomic { /* a question's deadline passes: AuthorizeClient TakeLate. Its answer may still come */
       ONE(faults_left > 0, q, look, WAITING); d_step { look[q] = OVER; forget_question(q); faults_left--; CLEAR }
     }
  :: atomic { /* an answer carries the tag of another question */
       ONE(faults_left > 0 && ANY(look, WAITING), q, at, TO_DOOR);
       ONE(true, r, look, WAITING);
       d_step { carried[q] = tag[r]; faults_left--; CLEAR }
     }
  od
}

init {
  atomic {
    do
    :: faults_left < FAULTS -> faults_left++
    :: break
    od;
    run RedisServer(); run Door(); run Citizen(); run Faults()
  }
}
