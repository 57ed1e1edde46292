import { DomainError } from '@blastradius/kernel';
import { Body, Controller, Get, Module, Post } from '@nestjs/common';
import { provide } from './provide.ts';

class NoIdentity extends DomainError {
  readonly code = 'test.no-identity';
  readonly category = 'unauthenticated';
}

class Greeting {
  readonly word = 'hello';
}

class Greeter {
  readonly #greeting: Greeting;
  constructor(greeting: Greeting) {
    this.#greeting = greeting;
  }
  greet(name: string) {
    return `${this.#greeting.word} ${name}`;
  }
}

const nameSchema = {
  '~standard': {
    version: 1,
    vendor: 'test',
    validate: (value: unknown) =>
      typeof value === 'object' && value !== null && 'name' in value
        ? { value }
        : { issues: [{ message: 'is missing', path: ['name'] }] },
  },
} as const;

@Controller()
class GreetingController {
  constructor(private readonly greeter: Greeter) {}
  @Post('greet')
  greet(@Body({ schema: nameSchema }) body: { name: string }) {
    return { text: this.greeter.greet(body.name) };
  }
  @Get('refused')
  refused() {
    throw new NoIdentity('the signature did not verify', { publicDetail: 'the signature did not verify' });
  }
  @Get('broken')
  broken() {
    throw new Error('password=hunter2');
  }
}

@Module({
  controllers: [GreetingController],
  providers: [provide(Greeting), provide(Greeter, Greeting)],
})
export class GreetingModule {}
