export { ApiKeys, type Client, hashOf, openApiKeys } from "./api-keys.ts";
export { CONFIG_EXIT_CODE, ConfigError, type ConfigFault, type ExitHooks, exitOnConfigError, faultLine } from "./config-error.ts";
export { type LoadConfigOptions, loadConfig, variableOf } from "./load-config.ts";
export { logicFingerprint } from "./logic-fingerprint.ts";
export { readOrCreateSecret } from "./secret-file.ts";
export { parseYamlDocument, readYamlDocument } from "./yaml-document.ts";
