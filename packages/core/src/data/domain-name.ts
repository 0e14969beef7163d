/** One of the two domains that a model translates between; X and Y in the paper. */
export type DomainName = 'A' | 'B';
