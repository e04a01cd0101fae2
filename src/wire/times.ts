/** Milliseconds of what front ends and workers do for each other, unless they say otherwise. */
export const times = {
  /** Between two signs of life, and between two reports on running turns. */
  beat: 1_000,
  /** Until a changed number of running turns is reported. */
  soon: 50,
  /** Without a beat, after which a worker is asked whether it is there. */
  ping: 1_300,
  /** Without a beat, after which a worker gets no turn. */
  unsure: 2_500,
  /** Without any sign of life, after which the other side counts as dead. */
  lost: 10_000,
  /** After a reconnection, before "nobody listens" is believed: the other side may still be reconnecting. */
  settle: 3_000,
  /** For the front end to answer a `take`, and how often it is asked. */
  take: 1_000,
  takeTries: 5,
  /** For a worker to answer an offer. */
  offer: 500,
  /** Between two looks whether tickets of waiting turns are still in the line. */
  lookAfter: 2_500,
  /** Until a ticket that found no place is put in again. */
  heldBack: 50,
  /** Until a broker that failed is tried again. */
  retry: 300,
  /** After which a frame that did not arrive is sent again. */
  resend: 400,
  /** That a worker's pull must have been open before it accepts an offer: the line is then empty. */
  pullOpen: 5,
  /** Without being listed by its front end, after which a turn is unwanted. */
  unwanted: 3_000,
  /** That a worker waits for something to send of an answer, and that its front end waits for it. */
  part: 1_000,
  partAnswer: 3_000,
  /** For a turn that was stopped to end by itself. */
  stop: 5_000,
  /** That a worker's clock allows a turn beyond its front end's. */
  grace: 30_000
} as const

/**
 * What of one turn may be on its way: sent by the worker, and not yet consumed at the front end. `frame`: characters of one
 * frame, after which it is sent without waiting for more, so that both sides work at once.
 */
export const window = { frames: 256, bytes: 1_048_576, frame: 32_768 } as const

/** The longest that a ticket stays unacknowledged, and tickets of one owner that may stand in the line. */
export const lineLimits = { ackWaitMs: 5_000, perOwner: 4, tickets: 10_000, ageMs: 600_000 } as const
