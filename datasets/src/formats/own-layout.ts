import { readDomainFolder } from '../folder/dataset-folder.ts';
import { readMask } from '../images/read-mask.ts';
import type { AnnotatedImage, AnnotationFormat, AnnotationSource } from './annotation-source.ts';

/** The layout of the InstaGAN authors, which this project writes: `trainA/NAME.png`, `trainA_seg/NAME_0.png`, … The labels are A and B. */
export const ownLayout: AnnotationFormat = {
  recognises: ({ names }) => names.has('trainA') || names.has('trainB'),
  open: openOwnLayout,
};

async function openOwnLayout(root: string): Promise<AnnotationSource> {
  const images: AnnotatedImage[] = [];
  for (const split of ['train', 'test'] as const) {
    for (const domain of ['A', 'B'] as const) {
      const folder = await readDomainFolder(root, split, domain);
      for (const { name, file, masks } of folder.images) {
        images.push({
          name: `${folder.imageFolder}/${name}`,
          split,
          labels: new Set([domain]),
          locate: async () => file,
          objects: async () =>
            masks.map((mask) => ({ label: domain, isCrowd: false, draw: () => readMask(mask.file) })),
        });
      }
    }
  }
  return { path: root, images, labels: ['A', 'B'], remarks: [], unreadableImages: 0 };
}
