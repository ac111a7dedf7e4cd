/** `at-least`: more is better; `at-most`: less is better. */
export type BulletGoal = 'at-least' | 'at-most';

export const isGoalMet = (value: number, target: number, goal: BulletGoal): boolean => (goal === 'at-least' ? value >= target : value <= target);
