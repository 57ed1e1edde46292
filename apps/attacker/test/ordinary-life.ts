/** What of a scenario the thief's tactics look at beside its own part. */
export const ordinaryLife = {
  behaviour: {
    heartbeatsPerHour: 4,
    introductionMinutes: 8,
    readFeed: 1,
    checkDms: 0.8,
    post: 0.35,
    comment: 0.5,
    upvote: 0.6,
    dm: 0.5,
    earlyDmShare: 0.4,
    thirdPartyKeyShare: 0.2,
  },
  rateLimits: { requestsPerMinute: 100, postMinutes: 30, commentsPerHour: 50 },
} as const;
