import { join } from 'node:path';
import type { ServiceDefinition } from '@grpc/grpc-js';
import { type AnyDefinition, loadSync, type MessageTypeDefinition } from '@grpc/proto-loader';

/** A message with its type's name. protobufjs keeps the underscore in this one message. */
export interface PackedMessage {
  readonly type_url: string;
  readonly value: Uint8Array;
}

/** Envoy's word about itself; it decides on the form of an answer and never on who gets it. */
export interface EnvoyNode {
  readonly metadata?: { readonly fields?: Readonly<Record<string, MetadataValue>> } | null;
  readonly userAgentBuildVersion?: {
    readonly version?: { readonly majorNumber: number; readonly minorNumber: number } | null;
  } | null;
}

interface MetadataValue {
  readonly boolValue?: boolean;
  readonly stringValue?: string;
}

export interface DiscoveryRequest {
  readonly versionInfo: string;
  readonly node: EnvoyNode | null;
  readonly resourceNames: readonly string[];
  readonly typeUrl: string;
  readonly responseNonce: string;
  /** Set where the client did not apply what it was sent: a NACK. */
  readonly errorDetail: { readonly message: string } | null;
}

export interface DiscoveryResponse {
  readonly versionInfo: string;
  readonly resources: readonly PackedMessage[];
  readonly typeUrl: string;
  readonly nonce: string;
}

export interface DeltaDiscoveryRequest {
  readonly node: EnvoyNode | null;
  readonly typeUrl: string;
  readonly resourceNamesSubscribe: readonly string[];
  readonly resourceNamesUnsubscribe: readonly string[];
  readonly initialResourceVersions: Readonly<Record<string, string>>;
  readonly responseNonce: string;
  readonly errorDetail: { readonly message: string } | null;
}

export interface DeltaDiscoveryResponse {
  readonly systemVersionInfo: string;
  readonly resources: readonly {
    readonly name: string;
    readonly version: string;
    readonly resource: PackedMessage;
  }[];
  readonly typeUrl: string;
  readonly nonce: string;
  readonly removedResources: readonly string[];
}

interface SecretDiscovery {
  readonly service: ServiceDefinition;
  /** Encodes a message of Envoy's package for TLS; refuses a name that isn't there. */
  readonly packTls: (name: string, message: object) => PackedMessage;
}

const PROTO_FOLDER = join(import.meta.dirname, '../../proto');
const SERVICE = 'envoy.service.secret.v3.SecretDiscoveryService';
const TLS_PACKAGE = 'envoy.extensions.transport_sockets.tls.v3';
const PROTO_FILES = [
  'envoy/service/secret/v3/sds.proto',
  'envoy/extensions/transport_sockets/tls/v3/secret.proto',
  'envoy/extensions/transport_sockets/tls/v3/tls_spiffe_validator_config.proto',
];

/** The type of every resource that is served here. */
export const SECRET_TYPE = `type.googleapis.com/${TLS_PACKAGE}.Secret`;

let loaded: SecretDiscovery | undefined;

/** Envoy's service for secrets (SDS v3) with its codecs. */
export function secretDiscovery(): SecretDiscovery {
  loaded ??= load();
  return loaded;
}

function load(): SecretDiscovery {
  const definitions = loadSync(PROTO_FILES, { includeDirs: [PROTO_FOLDER], defaults: true });
  const service = definitions[SERVICE];
  if (service === undefined || 'format' in service) throw new TypeError(`no service ${SERVICE}`);
  return {
    service,
    packTls: (name, message) => ({
      type_url: `type.googleapis.com/${TLS_PACKAGE}.${name}`,
      value: messageType(definitions[`${TLS_PACKAGE}.${name}`], name).serialize(message),
    }),
  };
}

function messageType(
  definition: AnyDefinition | undefined,
  name: string,
): MessageTypeDefinition<object, object> {
  if (definition === undefined || !('serialize' in definition)) throw new TypeError(`no message ${name}`);
  return definition as MessageTypeDefinition<object, object>;
}
