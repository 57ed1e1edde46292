export {
  WORKLOAD_HEADER,
  workloadApiDefinition,
  type X509BundlesResponse,
  type X509SvidMessage,
  type X509SvidResponse,
} from './workload-api/workload-api-definition.ts';
