/** Models on disk, found by name or folder: cards, weights, and the catalogue of published checkpoints. */
package s4s.model.repository;
