import { testClient } from '../client-suite.ts';
import { buildGoClient } from './build-go-client.ts';

testClient('go-spiffe', await buildGoClient());
