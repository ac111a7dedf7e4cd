/** One source for all who want it: the first one opens it, the last one that leaves closes it. */

/** Returns `follow`, which returns how to leave; leaving twice is leaving once. */
export const createFollowers = (open: () => () => void): (() => () => void) => {
  let followerCount = 0;
  let close = (): void => {};
  return () => {
    followerCount += 1;
    if (followerCount === 1) close = open();
    let isFollowing = true;
    return () => {
      if (!isFollowing) return;
      isFollowing = false;
      followerCount -= 1;
      if (followerCount === 0) close();
    };
  };
};
