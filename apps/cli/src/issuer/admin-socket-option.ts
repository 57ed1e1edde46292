import { Option } from 'commander';

export function adminSocketOption(): Option {
  return new Option('--admin-socket <path>', "the issuer's socket for its operator");
}
