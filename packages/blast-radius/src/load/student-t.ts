/** The 97.5 % quantiles of Student's t for 1 to 30 degrees of freedom, as in every table of it. */
const table = [
  12.7062, 4.3027, 3.1824, 2.7764, 2.5706, 2.4469, 2.3646, 2.306, 2.2622, 2.2281, 2.201, 2.1788, 2.1604,
  2.1448, 2.1314, 2.1199, 2.1098, 2.1009, 2.093, 2.086, 2.0796, 2.0739, 2.0687, 2.0639, 2.0595, 2.0555,
  2.0518, 2.0484, 2.0452, 2.0423,
];
const normal = 1.959964;

/** Half of a 95 % interval in standard errors. Beyond 30 degrees the first terms of the expansion at the normal are exact to 0.0001. */
export function studentT975(degreesOfFreedom: number): number {
  const listed = table[degreesOfFreedom - 1];
  if (listed !== undefined) return listed;
  const [z, n] = [normal, degreesOfFreedom];
  return z + (z ** 3 + z) / (4 * n) + (5 * z ** 5 + 16 * z ** 3 + 3 * z) / (96 * n ** 2);
}
