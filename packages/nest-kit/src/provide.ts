import type { Abstract, Provider, Type } from '@nestjs/common';

type Token<T> = Abstract<T> | Type<T>;

/**
 * Wires a plain class, without decorators: `provide(IssueX509Svid, Authority, Clock)`. The tokens
 * have to match the constructor's parameters; a missing or swapped one does not compile.
 */
export function provide<A extends unknown[], T>(
  type: new (...args: A) => T,
  ...inject: { [K in keyof A]: Token<A[K]> }
): Provider<T> {
  return {
    provide: type,
    useFactory: (...dependencies: A) => new type(...dependencies),
    inject: [...inject],
  };
}

/** Wires a value that exists already (config, clock, a port's adapter) under its class. */
export function provideValue<T>(token: Token<T>, value: T): Provider<T> {
  return { provide: token, useValue: value };
}
