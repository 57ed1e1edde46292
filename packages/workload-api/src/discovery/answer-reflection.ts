import { status } from '@grpc/grpc-js';
import type { DescribedFile } from './described-services.ts';

/** ServerReflectionRequest: one of these is set. */
export interface ReflectionRequest {
  readonly messageRequest?: string;
  readonly fileByFilename?: string;
  readonly fileContainingSymbol?: string;
}

export interface ReflectionResponse {
  readonly validHost: string;
  readonly originalRequest: ReflectionRequest;
  readonly listServicesResponse?: { readonly service: readonly { readonly name: string }[] };
  readonly fileDescriptorResponse?: { readonly fileDescriptorProto: readonly Buffer[] };
  readonly errorResponse?: { readonly errorCode: number; readonly errorMessage: string };
}

/** What gRPC Server Reflection answers to one request. Extensions, which we have none of, are not found. */
export function answerReflection(
  files: readonly DescribedFile[],
  request: ReflectionRequest,
): ReflectionResponse {
  const answer = { validHost: '', originalRequest: request };
  switch (request.messageRequest) {
    case 'listServices': {
      const service = files.flatMap(({ services }) => services).map((name) => ({ name }));
      return { ...answer, listServicesResponse: { service } };
    }
    case 'fileByFilename':
      return { ...answer, ...describe(files, (file) => file.name === request.fileByFilename) };
    case 'fileContainingSymbol': {
      const { fileContainingSymbol: symbol = '' } = request;
      return { ...answer, ...describe(files, (file) => file.symbols.some((name) => holds(name, symbol))) };
    }
    default:
      return { ...answer, ...describe(files, () => false) };
  }
}

/** A method is named after its service, a nested message after the one around it. */
function holds(name: string, symbol: string): boolean {
  return symbol === name || symbol.startsWith(`${name}.`);
}

function describe(files: readonly DescribedFile[], isAsked: (file: DescribedFile) => boolean) {
  const file = files.find(isAsked);
  if (file === undefined) {
    return { errorResponse: { errorCode: status.NOT_FOUND, errorMessage: 'not described here' } };
  }
  const imported = files.filter(({ name }) => file.imports.includes(name));
  const fileDescriptorProto = [file, ...imported].map(({ encoded }) => encoded);
  return { fileDescriptorResponse: { fileDescriptorProto } };
}
