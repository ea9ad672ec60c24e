import { NtExecutable, NtExecutableResource, Resource } from 'resedit';
import { withoutSignature } from './pe-signature.mjs';

const fuse = 'NODE_SEA_FUSE_fce680ab2cc467b6e072b8b5df1996b2';
const resourceType = { icon: 3, rawData: 10, iconGroup: 14 };
const english = { lang: 1033, codepage: 1200 };

/**
 * Node for Windows with our program inside: the blob as its resource, the fuse that makes Node look for it, and our
 * name and version where Task Manager and the file's properties show them. Not signed.
 * @param {Buffer} node the original node.exe
 * @param {Buffer} blob
 * @param {{ name: string, fileName: string, version: string }} product
 * @returns {Buffer}
 */
export function injectProgram(node, blob, product) {
  const executable = NtExecutable.from(withoutSignature(node));
  const resources = NtExecutableResource.from(executable);
  resources.entries = resources.entries.filter(
    ({ type }) => type !== resourceType.icon && type !== resourceType.iconGroup,
  );
  resources.entries.push({
    type: resourceType.rawData,
    id: 'NODE_SEA_BLOB',
    lang: english.lang,
    codepage: english.codepage,
    bin: blob.buffer.slice(blob.byteOffset, blob.byteOffset + blob.byteLength),
  });
  describe(resources, product);
  resources.outputResource(executable);
  return withFuse(Buffer.from(executable.generate()));
}

function describe(resources, { name, fileName, version }) {
  const [info] = Resource.VersionInfo.fromEntries(resources.entries);
  if (!info) throw new Error('node.exe: expected it to carry a version resource');
  info.setFileVersion(version, english.lang);
  info.setProductVersion(version, english.lang);
  for (const language of info.getAllLanguagesForStringValues()) {
    info.removeAllStringValues(language);
  }
  info.setStringValues(english, {
    CompanyName: 'Carillon',
    FileDescription: name,
    FileVersion: version,
    InternalName: fileName.replace(/\.exe$/, ''),
    OriginalFilename: fileName,
    ProductName: 'Carillon',
    ProductVersion: version,
    LegalCopyright: 'Contains Node.js, copyright Node.js contributors, MIT license',
  });
  info.outputToResourceEntries(resources.entries);
}

/** Node looks for a blob only when the digit after this text is a one. */
function withFuse(program) {
  const off = `${fuse}:0`;
  const at = program.indexOf(off, 0, 'latin1');
  if (at === -1 || program.indexOf(off, at + 1, 'latin1') !== -1) {
    throw new Error(`node.exe: expected the text ${off} in it once`);
  }
  program.write('1', at + off.length - 1, 'latin1');
  return program;
}
