/** Measures samples: feature networks, moments, Frechet and kernel distances, precision and recall, perceptual distances. */
package s4s.metric;
