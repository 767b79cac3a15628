package s4s.display;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.StringReader;
import java.util.Arrays;
import java.util.List;
import java.util.stream.DoubleStream;
import java.util.stream.IntStream;
import javax.xml.parsers.DocumentBuilderFactory;
import org.junit.jupiter.api.Test;
import org.w3c.dom.Document;
import org.w3c.dom.Element;
import org.xml.sax.InputSource;
import s4s.io.Tables;
import tech.tablesaw.api.DoubleColumn;
import tech.tablesaw.api.IntColumn;
import tech.tablesaw.api.StringColumn;
import tech.tablesaw.api.Table;

class TableViewTest {

    private static final Table TABLE = Table.create("t",
            StringColumn.create("solver <3", "<script>alert('x')</script>", "a & b"),
            IntColumn.create("nfe", new int[] {3, 10}),
            DoubleColumn.create("fd", 121.57, 4.664),
            DoubleColumn.create("error", 1.23456e-7, Double.NaN));

    @Test
    void htmlIsWellFormedAndEscaped() throws Exception {
        Document document = parse(TableView.of(TABLE).caption("\"<FD>\"").html());
        assertEquals("\"<FD>\"", document.getElementsByTagName("caption").item(0).getTextContent());
        assertEquals(0, document.getElementsByTagName("script").getLength());
        assertEquals("solver <3", cell(document, "th", 0));
        assertEquals("<script>alert('x')</script>", cell(document, "td", 0));
        assertEquals("a & b", cell(document, "td", 4));
    }

    @Test
    void numbersAreRoundedAndOnTheRight() throws Exception {
        Document document = parse(TableView.of(TABLE).html());
        assertEquals("3", cell(document, "td", 1));
        assertEquals("121.6", cell(document, "td", 2));
        assertEquals("4.7", cell(document, "td", 6), "as many decimals as the rest of its column");
        assertEquals("1.235e-7", cell(document, "td", 3));
        assertEquals("–", cell(document, "td", 7), "missing");
        assertEquals("right", element(document, "td", 2).getAttribute("align"));
        assertEquals("left", element(document, "td", 0).getAttribute("align"));
        assertEquals("4.66", cell(parse(TableView.of(TABLE).digits("fd", 5).html()), "td", 6));
    }

    @Test
    void plainTextIsAligned() {
        Table table = Table.create("t", StringColumn.create("solver", "ddim", "unipc-3"),
                DoubleColumn.create("fd", 121.57, 12.3));
        assertEquals("""
                FD
                solver      fd
                -------  -----
                ddim     121.6
                unipc-3  *12.3""", TableView.of(table).caption("FD").best("fd").text());
        assertTrue(TableView.of(table).best("fd").html().contains("<b>12.3</b>"));
        assertFalse(TableView.of(table).best("fd").html().contains("<b>121.6</b>"));
    }

    @Test
    void marksForACheckerOfReruns() throws Exception {
        Element plain = parse(TableView.of(TABLE).html()).getDocumentElement();
        assertFalse(plain.hasAttribute("data-volatile") || plain.hasAttribute("data-tol"));
        assertTrue(parse(TableView.of(TABLE).volatileValues().html()).getDocumentElement()
                .hasAttribute("data-volatile"));
        assertEquals("0.02", parse(TableView.of(TABLE).tolerance(0.02).html()).getDocumentElement()
                .getAttribute("data-tol"));
        assertThrows(IllegalArgumentException.class, () -> TableView.of(TABLE).tolerance(0));
    }

    @Test
    void viewKeepsTheTableAsItWas() {
        Table table = Table.create("t", IntColumn.create("n", new int[] {1}));
        TableView view = TableView.of(table);
        table.intColumn("n").set(0, 2);
        assertTrue(view.text().endsWith("1"));
    }

    @Test
    void longTablesAreCut() throws Exception {
        TableView view = TableView.of(Table.create("t", IntColumn.create("n", IntStream.range(0, 1000).toArray())));
        assertTrue(view.text().endsWith("199\nthe first 200 of 1000 rows"), view.text());
        assertEquals(1 + 200 + 1, parse(view.html()).getElementsByTagName("tr").getLength());
    }

    @Test
    void digitsOfAColumn() {
        assertEquals(List.of("0.0010", "0.4999"), format(4, 0.001, 0.4999));
        assertEquals(List.of("46.59", "3.20", "12.16"), format(4, 46.59, 3.2, 12.16));
        assertEquals(List.of("1000", "2"), format(4, 1000, 2));
        assertEquals(List.of("-0.1235", "0.0500"), format(4, -0.12346, 0.05));
        assertEquals(List.of("1234", "0.001000"), format(4, 1234.4, 0.001));
        assertEquals(List.of("1.000e9", "1.500e-12"), format(4, 1e9 + 0.5, 1.5e-12));
        assertEquals(List.of("0", "∞"), format(4, 0, Double.POSITIVE_INFINITY));
    }

    @Test
    void axisLabels() {
        assertEquals(List.of("0", "20", "0.05", "1e5", "1e-4", "1.5e6", "-2.5"),
                DoubleStream.of(0, 20, 0.05, 1e5, 1e-4, 1.5e6, -2.5).mapToObj(Digits::axis).toList());
    }

    @Test
    void longTableBecomesWide() {
        Table table = Table.create("fd",
                StringColumn.create("solver", "ddim", "ddim", "unipc"), IntColumn.create("nfe", new int[] {10, 5, 5}),
                DoubleColumn.create("fd", 3, 7, 2));
        Table wide = Tables.pivot(table, List.of("solver"), "nfe", "fd");
        assertEquals(List.of("solver", "nfe 5", "nfe 10"), wide.columnNames());
        assertEquals(7, wide.doubleColumn("nfe 5").get(0));
        assertEquals(2, wide.doubleColumn("nfe 5").get(1));
        assertTrue(wide.doubleColumn("nfe 10").isMissing(1));
        Table twice = table.copy().append(table.first(1));
        assertEquals("pivot of table 'fd': two rows for ddim, nfe 10; "
                        + "keep one (where(...)) or name one more row column",
                assertThrows(IllegalArgumentException.class,
                        () -> Tables.pivot(twice, List.of("solver"), "nfe", "fd")).getMessage());
    }

    private static List<String> format(int significant, double... values) {
        var format = Digits.column(values, significant);
        return Arrays.stream(values).mapToObj(format).toList();
    }

    private static Document parse(String html) throws Exception {
        return DocumentBuilderFactory.newInstance().newDocumentBuilder()
                .parse(new InputSource(new StringReader(html)));
    }

    private static Element element(Document document, String tag, int i) {
        return (Element) document.getElementsByTagName(tag).item(i);
    }

    private static String cell(Document document, String tag, int i) {
        return element(document, tag, i).getTextContent();
    }
}
