import type { SignedManifest } from '../store/delivery.store.js';

/** Manifests by hash, newest kept: one change goes to thousands of hosts, and a manifest never changes. */
export class ManifestCache {
  private readonly entries = new Map<string, SignedManifest>();
  private bytes = 0;

  constructor(private readonly maxBytes: number) {}

  get(hash: string): SignedManifest | undefined {
    return this.entries.get(hash);
  }

  set(hash: string, manifest: SignedManifest): void {
    if (this.entries.has(hash)) return;
    this.entries.set(hash, manifest);
    this.bytes += manifest.text.length;
    for (const [oldest, { text }] of this.entries) {
      if (this.bytes <= this.maxBytes) return;
      this.entries.delete(oldest);
      this.bytes -= text.length;
    }
  }
}
