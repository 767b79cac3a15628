/** What this library costs beside the networks, measured by JMH: {@code ./s4s jmh}. */
package s4s.jmh;
