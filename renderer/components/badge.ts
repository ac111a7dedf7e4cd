/** The tones of a badge; those of a state mean what they mean everywhere, `accent` marks what is chosen or new. */
export const badgeTones = ['plain', 'accent', 'ok', 'warn', 'bad'] as const;
export type BadgeTone = (typeof badgeTones)[number];
