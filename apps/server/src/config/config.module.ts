import { type DynamicModule, Module } from '@nestjs/common';
import type { Config } from './config.js';

/** Injection token of the configuration. */
export const CONFIG = Symbol('config');

@Module({})
class ConfigModule {}

/** Gives the configuration to the whole application. */
export function configModule(config: Config): DynamicModule {
  return {
    module: ConfigModule,
    global: true,
    providers: [{ provide: CONFIG, useValue: config }],
    exports: [CONFIG],
  };
}
